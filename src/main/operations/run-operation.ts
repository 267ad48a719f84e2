import { isEnded, type Operation, type RunSummary } from '../../shared/models/index.ts'
import { deepFreeze } from '../platform/index.ts'

/**
 * The operation of a run, derived from it and never stored: null until its first claim.
 *
 * Automatic retries and rescues keep it active; it is failed only when the run has ended as failed, and in the active panel until the run is dismissed.
 */
export function operationOfRun(run: RunSummary): Operation | null {
  if (run.startedAt === null) return null
  const state = run.status === 'succeeded' ? 'completed' : isEnded(run.status) ? (run.status as 'failed' | 'cancelled') : 'active'
  return deepFreeze({
    id: run.id,
    name: run.title,
    category: 'run',
    state,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    progress: run.progress,
    message: activeMessage(run),
    cancellable: true,
    error: state === 'failed' ? (run.error ?? { code: run.outcome?.toUpperCase() ?? 'ERROR', message: run.message }) : null,
    retryOf: null,
    runId: run.id,
    parentId: null,
    canRetry: state === 'failed' || state === 'cancelled',
    inHistory: state === 'completed' || state === 'cancelled' || (state === 'failed' && run.dismissed),
  } satisfies Operation)
}

/** What it is doing; from the second attempt on, which attempt that is. */
function activeMessage(run: RunSummary): string {
  if (isEnded(run.status) || run.attempt <= 1) return run.message
  const which = `attempt ${run.attempt} of ${Math.max(run.maxAttempts + run.lost, run.attempt)}`
  return run.message && !run.message.startsWith('attempt ') ? `${which}: ${run.message}` : run.message || which
}
