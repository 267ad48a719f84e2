import { type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Switch } from './field.tsx'

export interface ConfirmDialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly description?: ReactNode
  /** What is lost or changed, listed. */
  readonly children?: ReactNode
  readonly action: string
  /** A second consent: a sentence that must be switched on before the action can be pressed. */
  readonly consent?: string
  /** May take its time; the dialog closes when it answers true. */
  readonly onConfirm: () => Promise<boolean>
}

/** Asks before something that cannot be taken back. Remount it (`key`) for each subject, so that no consent is carried over. */
export function ConfirmDialog({ open, onOpenChange, title, description, children, action, consent, onConfirm }: ConfirmDialogProps) {
  const [agreed, setAgreed] = useState(false)
  const [busy, setBusy] = useState(false)
  const confirm = async () => {
    setBusy(true)
    const done = await onConfirm()
    setBusy(false)
    if (done) onOpenChange(false)
  }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Keep</Button>
          <Button variant="danger" busy={busy} disabled={Boolean(consent) && !agreed} onClick={confirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      {consent && <Switch checked={agreed} onCheckedChange={setAgreed} label={consent} />}
    </Dialog>
  )
}
