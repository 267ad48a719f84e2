import { useState } from 'react'
import { isEnded, type RunSummary } from '../../../shared/models/index.ts'
import { Button, ConfirmDialog } from '../../components/index.ts'
import { plural } from '../../format/index.ts'
import { cancelRun, forEachRun, retryRun, useLive } from '../../stores/index.ts'

interface BulkBarProps {
  readonly ids: ReadonlySet<string>
  readonly listed: readonly RunSummary[]
  readonly onClear: () => void
}

/** What can be done with all chosen runs at once. Each button counts those it applies to. */
export function BulkBar({ ids, listed, onClear }: BulkBarProps) {
  const live = useLive((s) => s.runs)
  const [asking, setAsking] = useState(false)
  const runs = listed.filter((run) => ids.has(run.id)).map((run) => live.get(run.id) ?? run)
  const open = runs.filter((run) => !isEnded(run.status)).map((run) => run.id)
  const again = runs.filter((run) => run.status === 'failed' || run.status === 'cancelled').map((run) => run.id)
  const cancelAll = async () => {
    await forEachRun(open, cancelRun, 'Cancelled')
    onClear()
    return true
  }
  return (
    <div className="bulk" role="toolbar" aria-label="Chosen runs">
      <span className="num">{plural(runs.length, 'run')} chosen</span>
      {again.length > 0 && (
        <Button
          onClick={async () => {
            await forEachRun(again, retryRun, 'Queued again')
            onClear()
          }}
        >
          Retry {again.length}
        </Button>
      )}
      {open.length > 0 && (
        <Button variant="danger" onClick={() => (open.length > 1 ? setAsking(true) : void cancelAll())}>
          Cancel {open.length}
        </Button>
      )}
      <Button variant="quiet" onClick={onClear}>
        Clear
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Cancel ${plural(open.length, 'run')}?`}
        description="Agents are stopped; their worktrees stay as the settings say, and each run can be retried."
        action={`Cancel ${plural(open.length, 'run')}`}
        onConfirm={cancelAll}
      />
    </div>
  )
}
