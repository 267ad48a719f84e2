import { Play, SquareTerminal } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import type { OpInfo } from '../../../shared/contract/index.ts'
import { Button, Dialog, EmptyState, ErrorState, Skeleton } from '../../components/index.ts'
import { plural } from '../../format/index.ts'
import { OpForm, type OpFormProps } from './op-form.tsx'
import { OpList } from './op-list.tsx'
import './run-op.css'

/** The keys that send, as printed on this machine's keyboard. */
const SEND_KEYS = /mac/i.test(navigator.userAgent) ? '⌘ ⏎' : 'Ctrl ⏎'

export interface RunOpViewProps extends Omit<OpFormProps, 'op'> {
  readonly open: boolean
  /** What the host offers; null until it is known. */
  readonly ops: readonly OpInfo[] | null
  readonly opsError: string | null
  readonly op: OpInfo | undefined
  readonly busy: boolean
  readonly onChoose: (op: string) => void
  readonly onReloadOps: () => void
  readonly onSubmit: () => void
  readonly onClose: () => void
}

/** The dialog that runs an operation, with everything handed in. */
export function RunOpView(props: RunOpViewProps) {
  const { open, ops, op, busy, onSubmit, onClose } = props
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (op && !busy) onSubmit()
  }
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && !busy && onClose()}
      title="Run an operation"
      width={820}
      className="op-dialog"
      footer={
        <>
          <p className="run-op-say" role="status">
            {busy ? 'Asking the host…' : op ? sayWhat(op, props.chosen.length, props.lane) : ''}
          </p>
          <Button onClick={onClose} disabled={busy}>
            Close
          </Button>
          <Button
            variant={op?.name === 'kill' || op?.name === 'worktree.remove' ? 'danger' : 'primary'}
            icon={<Play />}
            shortcut={SEND_KEYS}
            busy={busy}
            disabled={!op}
            onClick={onSubmit}
          >
            Run
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of the fields inside */}
      <div className="run-op-panes" onKeyDown={onKeyDown}>
        {ops === null ? (
          props.opsError ? (
            <ErrorState compact title="The operations could not be listed" message={props.opsError} onRetry={props.onReloadOps} />
          ) : (
            <Skeleton rows={8} height={24} label="Asking the host what it can do" />
          )
        ) : (
          <>
            <OpList ops={ops} chosen={op?.name ?? null} takesFocus={!props.focusForm} onChoose={props.onChoose} />
            {op ? (
              <OpForm key={op.name} {...props} op={op} />
            ) : (
              <EmptyState compact icon={<SquareTerminal />} title="Choose an operation">
                It goes through the same queue as agents: one run for each thing it is run at.
              </EmptyState>
            )}
          </>
        )}
      </div>
    </Dialog>
  )
}

/** What a press will make, before it is made. */
export function sayWhat(op: OpInfo, targets: number, lane: string): string {
  if (op.control) return targets === 0 ? 'Choose at least one run.' : `At once, for ${plural(targets, 'run')}`
  if (op.targets === 'worktree' || op.targets === 'worker') {
    if (targets === 0) return `Choose at least one ${op.targets}.`
  } else if (op.targets === 'project' && targets === 0) return `1 run in lane ${lane}, without a project`
  return `${plural(Math.max(1, targets), 'run')} in lane ${lane}`
}
