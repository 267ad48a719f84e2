import type { LaneName, Result, Run, RunStep } from '../../shared/models/index.ts'
import { fail, ok } from '../../shared/models/result.ts'
import type { CancelRequest, ControlEnding } from './store-port.ts'
import { because, cancelRun, createNote, endRun, FENCE_MS, NOTHING, type RunChanges, type RunState, type Transition } from './transition.ts'

const refuse = (message: string): Result<never> => fail('CONFLICT', message)
const isWaiting = (run: RunState): boolean => run.status === 'queued' || run.status === 'scheduled'

/**
 * A cancel ends what waits, and has what is live stop. A kill is for what is live alone: it also hastens a cancel that is under way.
 *
 * A cancel that is asked for again changes nothing; a second kill is refused. Both take over from a time limit that is ending the run. A run that waits for its target to come back has no worker that could
 * stop it, so it ends at once.
 */
export const decideCancel = (run: RunState, request: CancelRequest, now: number): Result<Transition> => {
  const { mode, reason } = request
  if (run.endedAt !== null) return refuse(`This run has already ended as ${run.status}. There is nothing left to ${mode}.`)
  if (isWaiting(run)) {
    if (mode === 'kill') return refuse(`This run is ${run.status}, so nothing of it runs that could be killed. Cancel it instead.`)
    const message = `Cancelled${because(reason)}`
    const said = `Cancelled ${run.attempt === 0 ? 'before it started' : 'while it waited'}${because(reason)}.`
    return ok({
      changes: endRun('cancelled', now, { outcome: 'cancelled', message }),
      steps: 'settle',
      notes: [createNote('run', said, { status: 'cancelled', outcome: 'cancelled' })],
    })
  }
  if (run.status === 'cancelling') {
    if (mode === 'cancel' && run.cancelMode !== 'timeout') return ok(NOTHING)
    if (run.cancelMode === 'kill') return refuse('This run is being killed already.')
  }
  if (run.status === 'awaiting_reconnect')
    return ok(cancelRun({ cancelReason: reason, cancelSignal: null }, mode === 'kill' ? 'killed' : 'cancelled', 'fenced', now))
  const signal = mode === 'kill' ? (request.signal ?? 'SIGTERM') : null
  return ok({
    changes: {
      status: 'cancelling',
      cancelMode: mode,
      cancelSignal: signal,
      fenceAt: now + FENCE_MS,
      ...(reason === null && run.status === 'cancelling' ? {} : { cancelReason: reason }),
      message: mode === 'kill' ? 'being killed' : 'cancelling',
    },
    steps: 'keep',
    notes: [
      createNote('run', `${signal ? `Kill (${signal})` : 'Cancel'} was asked for${because(reason)}.`, {
        status: 'cancelling',
        mode,
        signal,
      }),
    ],
  })
}

/**
 * The time of a step is over, it is to end by itself, and no attempt of this host is at it: its worker hears of it by its next heartbeat.
 *
 * Null when nothing is to be done: the step has ended or was given more time, or somebody asked the run to end meanwhile.
 */
export const decideTimeOut = (run: RunState, step: RunStep | undefined, now: number): Transition | null => {
  if (run.status !== 'running' || step?.timeoutStatus !== 'timed_out' || step.onTimeout !== 'kill') return null
  return {
    changes: {
      status: 'cancelling',
      cancelMode: 'timeout',
      cancelSignal: 'SIGTERM',
      cancelReason: null,
      fenceAt: now + FENCE_MS,
      attention: null,
      message: 'its time is over, being ended',
    },
    steps: 'keep',
    notes: [createNote('run', 'Its time is over: its worker is told to end it.', { status: 'cancelling', mode: 'timeout' }, 'warn')],
  }
}

/** What came of a kill or a cancel, for the control run that is kept of it. `target` is the run after it. */
export const describeDeed = (target: Pick<Run, 'id' | 'title' | 'status' | 'attempt'>, request: CancelRequest): ControlEnding => {
  const { mode, reason, signal = 'SIGTERM' } = request
  const now = { reason, status: target.status, attempt: target.attempt }
  const done = { outcome: 'success', error: null } as const
  if (mode === 'kill')
    return { ...done, message: `Asked “${target.title}” to end by ${signal}`, result: { target: target.id, asked: 'kill', signal, ...now } }
  const message = target.status === 'cancelled' ? `Cancelled “${target.title}”` : `Asked “${target.title}” to stop`
  return { ...done, message, result: { target: target.id, asked: 'cancel', ...now } }
}

/** The same when it was refused. */
export const describeRefusal = (code: string, message: string): ControlEnding => ({
  outcome: 'error',
  message,
  error: { code, message, retryable: false },
  result: null,
})

/** The start of another chain of attempts: progress may fall, lost leases are forgiven, one more try at least. */
const againFrom = (run: RunState, now: number, message: string): RunChanges => ({
  status: 'queued',
  outcome: null,
  error: null,
  endedAt: null,
  endedHow: null,
  cancelSignal: null,
  reconnect: null,
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
