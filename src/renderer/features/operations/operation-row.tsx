import { memo } from 'react'
import { Link } from 'wouter'
import { CANCELLABLE_AFTER_MS, type Operation } from '../../../shared/models/index.ts'
import { Button, classes, Duration, ProgressBar, RelativeTime, StatusDot, useElapsed } from '../../components/index.ts'
import { operationTone } from '../../format/index.ts'
import { cancelOperation, dismissOperation, retryOperation, useLive, usePending } from '../../stores/index.ts'
import './operation-row.css'

/** One operation: at work or failed with progress and actions, in history as a single line. Subscribes to itself. */
export const OperationRow = memo(function OperationRow({ id, wide }: { id: string; wide?: boolean }) {
  const operation = useLive((s) => s.operations.get(id))
  if (!operation) return null
  return operation.inHistory ? <Past operation={operation} wide={wide} /> : <Present operation={operation} wide={wide} />
})

interface RowProps {
  readonly operation: Operation
  readonly wide?: boolean | undefined
}

function Present({ operation, wide }: RowProps) {
  const failed = operation.state === 'failed'
  const waits = useLive((s) => operation.runId !== null && Boolean(s.runs.get(operation.runId)?.attention)) && !failed
  const text = failed ? (operation.error?.message ?? operation.message) : operation.message
  return (
    <div className={classes('op', operation.state, wide && 'wide')}>
      <div className="op-line">
        <StatusDot tone={waits ? 'need' : operationTone(operation)} label={waits ? 'needs you' : operation.state} />
        <Name operation={operation} />
        {wide && <span className="op-category">{operation.category}</span>}
        <Duration from={operation.startedAt} to={operation.endedAt} />
      </div>
      <ProgressBar
        value={failed ? 1 : operation.progress}
        tone={failed ? 'fail' : waits ? 'need' : 'run'}
        label={`Progress of ${operation.name}`}
      />
      <div className="op-foot">
        <p className={wide ? undefined : 'clamp-2'} title={text}>
          {text}
        </p>
        {failed ? <Failed operation={operation} /> : <Cancel operation={operation} />}
      </div>
    </div>
  )
}

function Past({ operation, wide }: RowProps) {
  return (
    <div className={classes('op past', wide && 'wide')}>
      <div className="op-line">
        <StatusDot tone={operation.state === 'failed' ? 'fail' : operationTone(operation)} label={operation.state} />
        <Name operation={operation} />
        {wide && <span className="op-category">{operation.category}</span>}
        {wide && operation.endedAt !== null && (
          <span className="op-when">
            <RelativeTime at={operation.endedAt} />
          </span>
        )}
        {operation.state === 'cancelled' ? (
          <span className="op-word">cancelled</span>
        ) : (
          <Duration from={operation.startedAt} to={operation.endedAt} />
        )}
      </div>
    </div>
  )
}

/** The name leads to the run, where there is one. */
const Name = ({ operation }: RowProps) =>
  operation.runId ? (
    <Link href={`/runs/${operation.runId}`} className="op-name truncate" title={operation.name}>
      {operation.name}
    </Link>
  ) : (
    <span className="op-name truncate" title={operation.name}>
      {operation.name}
    </span>
  )

function Failed({ operation }: RowProps) {
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

/** Offered after 5 seconds, and only where cancelling is possible. */
function Cancel({ operation }: RowProps) {
  const ripe = useElapsed(operation.startedAt, CANCELLABLE_AFTER_MS)
  const busy = usePending(`operations.cancel:${operation.id}`)
  if (!ripe || !operation.cancellable) return null
  return (
    <span className="op-actions">
      <Button size="s" variant="quiet" className="op-cancel" busy={busy} onClick={() => cancelOperation(operation.id)}>
        Cancel
      </Button>
    </span>
  )
}
