import { useState } from 'react'
import type { InboxItem } from '../../shared/models/index.ts'
import './ask.css'
import { askWords } from './ask-words.ts'
import { Button } from './button.tsx'
import { TextArea } from './field.tsx'
import { classes } from './tone.ts'
import { Tooltip } from './tooltip.tsx'

export interface PermissionAskProps {
  readonly item: Pick<InboxItem, 'id' | 'title' | 'data'>
  readonly onReply: (reply: 'once' | 'always' | 'reject', message?: string) => void
  /** An answer is on its way. */
  readonly busy?: boolean
  /** Shows the key that allows it; who shows several asks gives it to the one that the key answers. */
  readonly shortcut?: string
  /** Opens and closes the line for a refusal from outside, by a key; without it the ask looks after that itself. */
  readonly refusal?: { readonly open: boolean; readonly onOpen: (open: boolean) => void; readonly shortcut?: string }
}

const lineClass = (line: string): string | undefined =>
  /^\+(?!\+\+)/.test(line) ? 'ask-add' : /^-(?!--)/.test(line) ? 'ask-del' : line.startsWith('@@') ? 'ask-hunk' : undefined

/** The change that is asked for, as far as it fits. */
const DiffPreview = ({ diff }: { diff: string }) => {
  const lines = diff.split('\n').filter((line) => !/^(Index:|===|---|\+\+\+)/.test(line))
  return (
    <pre className="ask-diff">
      {lines.slice(0, 400).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text that does not change
        <div key={index} className={lineClass(line)}>
          {line || ' '}
        </div>
      ))}
      {lines.length > 400 && <div className="ask-hunk">{lines.length - 400} more lines</div>}
    </pre>
  )
}

/** Asks a person to allow what an agent wants to do: once, for the rest of the run, or not, with a word to the agent. */
export function PermissionAsk({ item, onReply, busy, shortcut, refusal }: PermissionAskProps) {
  const [own, setOwn] = useState(false)
  const refusing = refusal ? refusal.open : own
  const setRefusing = refusal ? refusal.onOpen : setOwn
  const [word, setWord] = useState('')
  const { verb, subject, diff, covers } = askWords(item)
  const refuse = () => {
    if (word.trim() !== '') onReply('reject', word.trim())
  }
  return (
    <section className="ask" aria-label={`Permission: ${item.title}`}>
      <div className="ask-what">
        {verb && <b>{verb}</b>} <code className={classes(subject.includes('\n') && 'ask-lines')}>{subject}</code>
        {!subject.includes('\n') && <b>?</b>}
      </div>
      {diff && <DiffPreview diff={diff} />}
      {refusing ? (
        <div className="ask-refuse">
          <TextArea
            autoFocus
            rows={2}
            value={word}
            aria-label="What it should do instead"
            placeholder="What should it do instead? It hears this and goes on."
            onChange={(event) => setWord(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setRefusing(false)
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
              event.preventDefault()
              refuse()
            }}
          />
          <div className="ask-buttons">
            <Button disabled={word.trim() === ''} busy={busy} onClick={refuse} shortcut="⏎">
              Refuse and say so
            </Button>
            <Button variant="danger" busy={busy} onClick={() => onReply('reject')}>
              Refuse and end the run
            </Button>
            <Button variant="quiet" onClick={() => setRefusing(false)}>
              Back
            </Button>
          </div>
        </div>
      ) : (
        <div className="ask-buttons">
          <Button variant="primary" busy={busy} shortcut={shortcut} onClick={() => onReply('once')}>
            Allow once
          </Button>
          <Tooltip
            text={
              covers.length > 0 ? `Until the run ends, without asking: ${covers.join(', ')}` : 'Until the run ends, without asking again'
            }
          >
            <Button busy={busy} onClick={() => onReply('always')}>
              Allow for this run
            </Button>
          </Tooltip>
          <Button variant="danger" disabled={busy} shortcut={refusal?.shortcut} onClick={() => setRefusing(true)}>
            Refuse with a word…
          </Button>
        </div>
      )}
    </section>
  )
}
