import type { LaneName, Result } from '../../shared/models/index.ts'
import { fail, ok } from '../../shared/models/result.ts'
import { because, cancelRun, createNote, NOTHING, type RunChanges, type RunState, type Transition } from './transition.ts'

const refuse = (message: string): Result<never> => fail('CONFLICT', message)
const isWaiting = (run: RunState): boolean => run.status === 'queued' || run.status === 'scheduled'

/** Asked again while it is under way, it changes nothing. */
export const decideCancel = (run: RunState, reason: string | null, now: number): Result<Transition> => {
  if (run.endedAt !== null) return refuse(`This run has already ended as ${run.status}. There is nothing left to cancel.`)
  if (isWaiting(run)) {
    const ended = cancelRun(reason, 'cancelled', now)
    const message = `Cancelled ${run.attempt === 0 ? 'before it started' : 'while it waited'}${because(reason)}.`
    return ok({ ...ended, notes: [createNote('run', message, { status: 'cancelled', outcome: 'cancelled' })] })
  }
  if (run.status === 'cancelling') return ok(NOTHING)
  return ok({
    changes: { status: 'cancelling', cancelReason: reason, message: 'cancelling' },
    steps: 'keep',
    notes: [createNote('run', `Cancel was asked for${because(reason)}.`, { status: 'cancelling' })],
  })
}

/** The start of another chain of attempts: progress may fall, lost leases are forgiven, one more try at least. */
const againFrom = (run: RunState, now: number, message: string): RunChanges => ({
  status: 'queued',
  outcome: null,
  error: null,
  endedAt: null,
  attention: null,
  dismissed: false,
  progress: -1,
  lost: 0,
  maxAttempts: Math.max(run.maxAttempts, run.attempt + 1),
  runAt: now,
  message,
})

/** A failed or cancelled run is tried again from its first step that did not succeed. */
export const decideRetry = (run: RunState, reason: string | null, now: number): Result<Transition> => {
  if (run.endedAt === null) return refuse(`This run is ${run.status}, so it cannot be retried. Cancel it first.`)
  if (run.status === 'succeeded') return refuse('This run succeeded. Queue a new run to do the work again.')
  return ok({
    changes: againFrom(run, now, 'queued again'),
    steps: 'reset-all',
    notes: [createNote('run', `Retried by hand${because(reason)}. Queued in lane ${run.lane}.`, { status: 'queued', retried: true })],
  })
}

/** A run that ended goes on with one more step. Steps that ended stay as they are. */
export const decideResume = (run: RunState, op: string, now: number): Result<Transition> => {
  if (run.endedAt === null) return refuse(`This run is ${run.status}. A step can be added once it has ended.`)
  return ok({
    changes: againFrom(run, now, 'queued again'),
    steps: 'keep',
    notes: [createNote('run', `Goes on with one more step (${op}). Queued in lane ${run.lane}.`, { status: 'queued', resumed: true })],
  })
}

/** Takes a failed run out of the active panel. */
export const decideDismiss = (run: RunState): Result<Transition> => {
  if (run.status !== 'failed') return refuse(`This run is ${run.status}. Only a failed run can be dismissed.`)
  return ok(run.dismissed ? NOTHING : { ...NOTHING, changes: { dismissed: true } })
}

/** Gives a waiting run another lane or place. */
export const decideMove = (run: RunState, to: { lane?: LaneName; priority?: number }): Result<Transition> => {
  if (!isWaiting(run)) return refuse(`This run is ${run.status}. Only a run that waits can be moved.`)
  const lane = to.lane ?? run.lane
  const priority = to.priority ?? run.priority
  if (lane === run.lane && priority === run.priority) return ok(NOTHING)
  return ok({
    ...NOTHING,
    changes: { lane, priority },
    notes: [createNote('run', `Moved to lane ${lane}, priority ${priority}.`, { lane, priority })],
  })
}
