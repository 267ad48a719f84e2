import { ChevronRight } from 'lucide-react'
import { classes } from '../../../components/index.ts'
import { Markdown } from '../../../components/markdown.tsx'
import type { PromptItem, ReasoningItem, TextItem } from '../feed/conversation-items.ts'
import { shortDuration } from '../feed/tool-summary.ts'
import { useOpened } from './context.ts'
import type { SentRow } from './rows.ts'
import './said-rows.css'

/** Characters of a person's own text that are shown at first. */
const LONG_PROMPT = 1_800

/** What a person said. A very long text is folded. */
export function PromptRow({ item }: { item: PromptItem | SentRow }) {
  const long = item.text.length > LONG_PROMPT
  const [open, setOpen] = useOpened(item.key, !long)
  const sent = item.type === 'sent'
  return (
    <div className={classes('talk-you', sent && 'sent')}>
      <div className="talk-bubble">
        {open ? item.text : `${item.text.slice(0, LONG_PROMPT)}…`}
        {long && (
          <button type="button" className="talk-fold" onClick={() => setOpen(!open)}>
            {open ? 'Show less' : `Show all ${Math.ceil(item.text.length / 1000)} 000 characters`}
          </button>
        )}
      </div>
      {sent && <small>sent, follows the current turn</small>}
    </div>
  )
}

/** What the agent said, or is saying. */
export const TextRow = ({ item }: { item: TextItem }) => (
  <div className={classes('talk-text', item.live && 'live')} aria-live={item.live ? 'off' : undefined}>
    <Markdown text={item.text} live={item.live} />
  </div>
)

const lastLine = (text: string): string => {
  const lines = text.trimEnd().split('\n')
  return (lines[lines.length - 1] ?? '').replace(/^[#>*\-\s]+|\*\*/g, '')
}

const firstLine = (text: string): string => (text.trim().split('\n', 1)[0] ?? '').replace(/^[#>*\-\s]+|\*\*/g, '')

/** What the agent thought, folded: while it thinks its newest line, then its first one. */
export function ReasoningRow({ item }: { item: ReasoningItem }) {
  const [open, setOpen] = useOpened(item.key, false)
  const title = item.live ? 'Thinking' : item.tookMs === null ? 'Thought' : `Thought for ${shortDuration(item.tookMs)}`
  return (
    <div className={classes('talk-tool talk-reasoning', open && 'open')}>
      <button type="button" className="talk-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight className="talk-chevron" />
        <span className="talk-name">{title}</span>
        {!open && <span className="truncate">{item.live ? lastLine(item.text) : firstLine(item.text)}</span>}
      </button>
      {open && (
        <div className="talk-thought">
          <Markdown text={item.text} live={item.live} />
        </div>
      )}
    </div>
  )
}
