import { MoreHorizontal, Skull, Zap } from 'lucide-react'
import { CANCELLABLE_AFTER_MS, type Operation, type RunSummary } from '../../../shared/models/index.ts'
import { Button, IconButton, Menu, TimeoutButtons, useElapsed } from '../../components/index.ts'
import { canKill } from '../../format/index.ts'
import { cancelOperation, dismissOperation, killRun, retryOperation, usePending, waitLonger } from '../../stores/index.ts'

/** Retry, where it can do anything, and Dismiss. */
export function Failed({ operation }: { operation: Operation }) {
  const retrying = usePending(`operations.retry:${operation.id}`)
  const dismissing = usePending(`operations.dismiss:${operation.id}`)
  return (
    <span className="op-actions">
      {operation.canRetry && (
        <Button size="s" busy={retrying} onClick={() => retryOperation(operation.id)}>
          Retry
        </Button>
      )}
      <Button size="s" variant="quiet" busy={dismissing} onClick={() => dismissOperation(operation.id)}>
        Dismiss
      </Button>
    </span>
  )
}

/** What a run is asked about whose time is over. */
export function OutOfTime({ runId }: { runId: string }) {
  const waiting = usePending(`runs.wait:${runId}`)
  const killing = usePending(`runs.kill:${runId}`)
  return (
    <span className="op-actions">
      <TimeoutButtons
        compact
        waiting={waiting}
        killing={killing}
        onWait={(ms) => void waitLonger(runId, ms)}
        onKill={(signal) => void killRun(runId, signal)}
      />
    </span>
  )
}

/** Offered after 5 seconds, and only where cancelling is possible. A run can be killed too. */
export function Cancel({ operation, run }: { operation: Operation; run: RunSummary | undefined }) {
  const ripe = useElapsed(operation.startedAt, CANCELLABLE_AFTER_MS)
  const busy = usePending(`operations.cancel:${operation.id}`)
  if (!ripe || !operation.cancellable) return null
  return (
    <span className="op-actions">
      {run?.status !== 'cancelling' && (
        <Button size="s" variant="quiet" className="op-cancel" busy={busy} onClick={() => cancelOperation(operation.id)}>
          Cancel
        </Button>
      )}
      {run && canKill(run) && <KillMenu runId={run.id} name={operation.name} />}
    </span>
  )
}

function KillMenu({ runId, name }: { runId: string; name: string }) {
  const busy = usePending(`runs.kill:${runId}`)
  return (
    <Menu
      label={`End ${name}`}
      items={() => [
        { label: 'Kill', icon: <Skull />, danger: true, onSelect: () => void killRun(runId) },
        { label: 'Kill now', icon: <Zap />, danger: true, onSelect: () => void killRun(runId, 'SIGKILL') },
      ]}
      trigger={<IconButton size="s" tooltip={false} busy={busy} label={`More ways to end ${name}`} icon={<MoreHorizontal />} />}
    />
  )
}
