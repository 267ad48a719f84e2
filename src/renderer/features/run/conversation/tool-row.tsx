import { Bot, ChevronRight, FileText, Globe, ListTodo, MessageCircleQuestion, Pencil, Search, SquareTerminal, Wrench } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button, classes, Duration, Tag } from '../../../components/index.ts'
import { formatBytes } from '../../../format/index.ts'
import type { ToolItem } from '../feed/conversation-items.ts'
import { type ToolSort, toolSort, toolSubject, toolTag } from '../feed/tool-summary.ts'
import { useOpened, useScene } from './context.ts'
import { ToolInput, ToolOutput } from './tool-detail.tsx'
import './tool-row.css'

const ICONS: Record<ToolSort, ReactNode> = {
  command: <SquareTerminal />,
  edit: <Pencil />,
  read: <FileText />,
  search: <Search />,
  web: <Globe />,
  todo: <ListTodo />,
  agent: <Bot />,
  ask: <MessageCircleQuestion />,
  other: <Wrench />,
}

/** How the call ended, at the right end of its row. */
const Outcome = ({ item }: { item: ToolItem }) => {
  const tag = toolTag(item)
  if (tag === null) return item.status === 'running' ? <Duration from={item.startedAt} /> : null
  if (tag.counts)
    return (
      <span className="talk-counts num">
        <ins>+{tag.counts.additions}</ins> <del>−{tag.counts.deletions}</del>
      </span>
    )
  return <Tag tone={tag.tone === 'fail' ? 'fail' : tag.tone === 'ok' ? 'ok' : 'idle'}>{tag.text}</Tag>
}

/** Reads the rest of a long output from the store. */
function WholeOutput({ item, onText }: { item: ToolItem; onText: (text: string) => void }) {
  const { actions } = useScene()
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle')
  const load = () => {
    setState('busy')
    actions.loadOutput(item.seq).then(onText, () => setState('failed'))
  }
  return (
    <div className="talk-more">
      {formatBytes(item.outputCut)} more.{' '}
      <Button size="s" busy={state === 'busy'} onClick={load}>
        {state === 'failed' ? 'Could not be read. Try again' : 'Show all of it'}
      </Button>
    </div>
  )
}

function Detail({ item }: { item: ToolItem }) {
  const [whole, setWhole] = useState<string | null>(null)
  return (
    <div className="talk-detail">
      <ToolInput item={item} />
      {item.error && <pre className="talk-error">{item.error}</pre>}
      <ToolOutput text={whole ?? item.output} />
      {item.outputLost > 0 && item.outputCut === 0 && (
        <div className="talk-more">{formatBytes(item.outputLost)} more were too much to keep.</div>
      )}
      {whole === null && item.outputCut > 0 && <WholeOutput item={item} onText={setWhole} />}
    </div>
  )
}

/** One call of a tool: what it is about and how it ended in one line; what went in and came out when it is opened. */
export function ToolRow({ item }: { item: ToolItem }) {
  const [open, setOpen] = useOpened(item.key, false)
  const running = item.status === 'running'
  return (
    <div className={classes('talk-tool', item.status === 'error' && 'failed', running && 'running', open && 'open')}>
      <button type="button" className="talk-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight className="talk-chevron" />
        <span className="talk-icon">{ICONS[toolSort(item.tool)]}</span>
        <span className="talk-name">{item.tool}</span>
        <span className="mono truncate" title={item.title || undefined}>
          {toolSubject(item)}
        </span>
        <span className="talk-outcome">
          <Outcome item={item} />
        </span>
      </button>
      {item.status === 'error' && !open && item.error && <p className="talk-why">{item.error.split('\n', 1)[0]}</p>}
      {open && <Detail item={item} />}
    </div>
  )
}
