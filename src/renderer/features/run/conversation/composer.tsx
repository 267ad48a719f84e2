import { type KeyboardEvent, useState } from 'react'
import { Button, TextArea } from '../../../components/index.ts'
import './composer.css'

export interface ComposerProps {
  /** Why nothing can be said; null when something can. */
  readonly closed: string | null
  /** What becomes of a text that is sent now. */
  readonly hint: string
  readonly draft: string
  readonly onDraft: (draft: string) => void
  /** Answers whether it was taken; the text stays when not. */
  readonly onSend: (text: string) => Promise<boolean>
}

/** Says something to the agent: Enter sends, Shift+Enter makes a new line. */
export function Composer({ closed, hint, draft, onDraft, onSend }: ComposerProps) {
  const [busy, setBusy] = useState(false)
  const send = async () => {
    const text = draft.trim()
    if (text === '' || busy || closed !== null) return
    setBusy(true)
    const taken = await onSend(text)
    setBusy(false)
    if (taken) onDraft('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    void send()
  }
  if (closed !== null && draft === '') return <p className="composer-closed">{closed}</p>
  return (
    <div className="composer">
      <TextArea
        rows={1}
        value={draft}
        aria-label="Say something to the agent"
        aria-describedby="composer-hint"
        placeholder="Say something to the agent"
        disabled={closed !== null}
        readOnly={busy}
        onChange={(event) => onDraft(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-foot">
        <span id="composer-hint">{closed ?? hint}</span>
        <Button
          size="s"
          variant={draft.trim() === '' ? 'default' : 'primary'}
          shortcut="⏎"
          busy={busy}
          disabled={closed !== null || draft.trim() === ''}
          onClick={() => void send()}
        >
          Send
        </Button>
      </div>
    </div>
  )
}
