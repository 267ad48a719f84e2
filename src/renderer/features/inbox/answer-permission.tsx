import { useState } from 'react'
import type { InboxItem } from '../../../shared/models/index.ts'
import { Button, Input } from '../../components/index.ts'
import { replyPermission, usePending } from '../../stores/index.ts'
import { describeRequest } from './describe-request.ts'

interface AnswerPermissionProps {
  readonly item: InboxItem
  readonly refusing: boolean
  readonly onRefuse: (id: string | null) => void
}

/** Allow once, allow for the run, or refuse, with a word that the agent hears. */
export function AnswerPermission({ item, refusing, onRefuse }: AnswerPermissionProps) {
  const busy = usePending(`inbox.reply:${item.id}`)
  const details = describeRequest(item)
  return (
    <>
      {details && <pre className="ask-data mono">{details}</pre>}
      {refusing ? (
        <Refusal item={item} busy={busy} onCancel={() => onRefuse(null)} />
      ) : (
        <div className="ask-actions">
          <Button variant="primary" shortcut="A" busy={busy} onClick={() => replyPermission(item, 'once')}>
            Allow once
          </Button>
          <Button busy={busy} onClick={() => replyPermission(item, 'always')}>
            Allow for this run
          </Button>
          <Button variant="danger" shortcut="R" busy={busy} onClick={() => onRefuse(item.id)}>
            Refuse
          </Button>
        </div>
      )}
    </>
  )
}

/** With a word the agent goes on and minds it; without one the run ends. */
function Refusal({ item, busy, onCancel }: { item: InboxItem; busy: boolean; onCancel: () => void }) {
  const [word, setWord] = useState('')
  const refuse = () => void replyPermission(item, 'reject', word.trim() || undefined)
  return (
    <form
      className="ask-actions"
      onSubmit={(event) => {
        event.preventDefault()
        refuse()
      }}
    >
      <Input
        autoFocus
        value={word}
        aria-label="What the agent should do instead"
        placeholder="What it should do instead (empty ends the run)"
        onChange={(event) => setWord(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onCancel()}
      />
      <Button type="submit" variant="danger" busy={busy}>
        {word.trim() ? 'Refuse and say so' : 'Refuse and end the run'}
      </Button>
      <Button variant="quiet" onClick={onCancel}>
        Back
      </Button>
    </form>
  )
}
