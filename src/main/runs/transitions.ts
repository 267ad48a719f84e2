/**
 * What becomes of a run: every change of its status, decided from values alone. Stores apply the answer inside their transaction.
 *
 * ```
 *             enqueue            claim                     complete success
 *  (new) ──► scheduled ──due──► queued ──► running ──────────────────────► succeeded
 *               ▲                 ▲  ▲        │ ├─ error, tries left ─► scheduled
 *               └── error ────────│──│────────┤ ├─ lease lost, some left ─► queued (so does release)
 *                                 │  └────────┘ ├─ anything else ─► failed
 *             retry, resume ──────┘             ├─ cancel, kill ─► cancelling ─ any end but success ─► cancelled
 *                                               └─ awaits its target ─► awaiting_reconnect ─ came back, or too late ─► succeeded, failed
 * ```
 *
 * A waiting run, and one that waits for its target, is cancelled at once. `succeeded`, `failed` and `cancelled` are left only by `retry` and `resume`.
 * `awaiting_reconnect` (reconnect.ts) keeps its attempt, whose lease then does not run out; no worker is at it.
 * Two budgets, never mixed: `attempt - lost` tries may end in an error up to `maxAttempts`, and up to `maxLost` leases may be lost.
 * Outcome, error and endedAt are set while a run is ended and null otherwise; attention is null whenever an attempt ends.
 */
import type { LaneName, Outcome, RunError } from '../../shared/models/index.ts'
import { formatDelay, retryDelayMs } from './backoff.ts'
import type { AttemptEnding, ControlEnding } from './store-port.ts'
import { cancelRun, createNote, endRun, NOTHING, type RunState, type Transition } from './transition.ts'

const RETRIED: readonly Outcome[] = ['error', 'timed_out', 'post_check_failed']

/** `attempt 2 of 3`, and how many were lost on the way. */
const describeTry = (tries: number, run: Pick<RunState, 'maxAttempts'>, lost: number): string =>
  `attempt ${tries} of ${Math.max(tries, run.maxAttempts)}${lost > 0 ? `, ${lost} lost` : ''}`

const OUTCOME_WORDS: Record<Outcome, string> = {
  success: 'It succeeded.',
  error: 'It ended with an error.',
  validation_failed: 'It was refused before it began.',
  timed_out: 'It took longer than it may.',
  killed: 'It was killed.',
  cancelled: 'It was cancelled.',
  lease_lost: 'Its worker was lost.',
  post_check_failed: 'It ended, but the check afterwards did not find what it should have done.',
  stale_binary: 'The restarted worker still is the old build.',
  suspicious: 'The restarted worker could not be identified.',
  interrupted: 'It was interrupted.',
}

/** A new run waits for its time or for a place. */
export const decideEnqueue = (run: { lane: LaneName; runAt: number }, now: number): Transition =>
  run.runAt > now
    ? {
        ...NOTHING,
        changes: { status: 'scheduled' },
        notes: [
          createNote('run', `Scheduled in ${formatDelay(run.runAt - now)}, lane ${run.lane}.`, { status: 'scheduled', runAt: run.runAt }),
        ],
      }
    : { ...NOTHING, changes: { status: 'queued' }, notes: [createNote('run', `Queued in lane ${run.lane}.`, { status: 'queued' })] }

/** A scheduled run whose time has come. */
export const decidePromote = (run: Pick<RunState, 'lane'>): Transition => ({
  ...NOTHING,
  changes: { status: 'queued' },
  notes: [createNote('run', `Its time has come: queued in lane ${run.lane}.`, { status: 'queued' })],
})

/** A control run: it had ended when it was stored. */
export const decideRecord = (ending: ControlEnding, now: number): Transition => {
  const { outcome, error, message } = ending
  const status = outcome === 'success' ? 'succeeded' : 'failed'
  return {
    ...NOTHING,
    changes: endRun(status, now, { outcome, error, message, startedAt: now, ...(status === 'succeeded' ? { progress: 1 } : {}) }),
    notes: [createNote('run', `${message}.`, { status, outcome }, status === 'failed' ? 'error' : 'info')],
  }
}

/** A worker takes the run: one more attempt. */
export const decideClaim = (run: RunState, workerId: string, now: number): Transition => {
  const attempt = run.attempt + 1
  const first = attempt === 1
  return {
    ...NOTHING,
    changes: {
      status: 'running',
      attempt,
      startedAt: run.startedAt ?? now,
      attention: null,
      message: first ? '' : describeTry(attempt - run.lost, run, run.lost),
    },
    notes: [createNote('attempt', `Attempt ${attempt} started on worker ${workerId}.`, { status: 'running', attempt, workerId })],
  }
}

const failed = (ending: AttemptEnding, more: { lost?: number } = {}): Transition => {
  const { outcome } = ending
  const error: RunError = ending.error ?? { code: outcome.toUpperCase(), message: OUTCOME_WORDS[outcome] }
  return {
    changes: endRun('failed', ending.now, {
      outcome,
      error,
      message: error.message,
      endedHow: outcome === 'timed_out' ? (ending.how ?? null) : null,
      ...more,
    }),
    steps: 'settle',
    notes: [createNote('run', `Failed: ${error.message}`, { status: 'failed', outcome, code: error.code }, 'error')],
  }
}

const lostLease = (run: RunState, ending: AttemptEnding): Transition => {
  const lost = run.lost + 1
  const gone = createNote(
    'attempt',
    `Attempt ${run.attempt} was lost: its worker gave no sign of life.`,
    { outcome: 'lease_lost', lost },
    'warn',
  )
  if (run.lost >= run.maxLost) {
    const message = `Its worker was lost ${lost === 1 ? 'once' : `${lost} times`}; no more than ${run.maxLost} may be. Retry it to try again.`
    const ended = failed({ ...ending, error: { code: 'LEASE_LOST', message } }, { lost })
    return { ...ended, notes: [gone, ...ended.notes] }
  }
  return {
    changes: { status: 'queued', lost, attention: null, message: `queued again after a lost worker, ${lost} of ${run.maxLost}` },
    steps: 'reset-running',
    notes: [gone, createNote('run', `Queued again: ${lost} of ${run.maxLost} lost workers.`, { status: 'queued', lost }, 'warn')],
  }
}

/** How an attempt counts as ended. One that was told to stop because its time is over has timed out, whatever its worker calls it, unless it succeeded. */
export const settleEnding = (run: Pick<RunState, 'status' | 'cancelMode'>, ending: AttemptEnding): AttemptEnding => {
  if (run.status !== 'cancelling' || run.cancelMode !== 'timeout' || ending.outcome === 'success') return ending
  const how = ending.how ?? (ending.outcome === 'lease_lost' ? 'fenced' : 'cooperative')
  return { ...ending, outcome: 'timed_out', how, error: ending.outcome === 'timed_out' ? ending.error : null }
}

/** The worker of a run that is to end has had all the time there is: the run ends without it. */
export const endingOfFence = (run: Pick<RunState, 'cancelMode'>, now: number, random: number): AttemptEnding => {
  const outcome = run.cancelMode === 'timeout' ? 'timed_out' : run.cancelMode === 'kill' ? 'killed' : 'cancelled'
  return { outcome, error: null, how: 'fenced', now, random }
}

/**
 * An attempt ended. Success wins over everything, then the cancel mark, then the budgets.
 *
 * A run being cancelled whose attempt ends in any other way, or is lost, is cancelled and never comes back by itself.
 */
export const decideEnding = (run: RunState, said: AttemptEnding): Transition => {
  const ending = settleEnding(run, said)
  const { outcome, now } = ending
  if (outcome === 'success') {
    return {
      changes: endRun('succeeded', now, { outcome, progress: 1 }),
      steps: 'settle',
      notes: [createNote('run', 'Succeeded.', { status: 'succeeded', outcome })],
    }
  }
  if ((run.status === 'cancelling' && run.cancelMode !== 'timeout') || outcome === 'cancelled' || outcome === 'killed') {
    const how = ending.how ?? (outcome === 'lease_lost' ? 'fenced' : null)
    return cancelRun(run, outcome === 'killed' || run.cancelMode === 'kill' ? 'killed' : 'cancelled', how, now)
  }
  if (outcome === 'lease_lost') return lostLease(run, ending)

  const tries = run.attempt - run.lost
  const delay = RETRIED.includes(outcome) && tries < run.maxAttempts ? retryDelayMs(ending.error, tries, ending.random) : null
  if (delay === null) return failed(ending)
  const message = `${describeTry(tries + 1, run, 0)} in ${formatDelay(delay)}`
  const why = ending.error?.message ?? OUTCOME_WORDS[outcome]
  return {
    changes: { status: 'scheduled', runAt: now + delay, attention: null, message, cancelSignal: null },
    steps: 'reset-attempt',
    notes: [
      createNote('attempt', `Attempt ${run.attempt} ended: ${why}`, { outcome, code: ending.error?.code ?? outcome.toUpperCase() }, 'warn'),
      createNote('run', `Tried again: ${message}.`, { status: 'scheduled', runAt: now + delay }),
    ],
  }
}

/** A worker hands the run back: the attempt is not counted. A run being cancelled is cancelled instead. */
export const decideRelease = (run: RunState, now: number): Transition => {
  if (run.status === 'cancelling')
    return decideEnding(run, {
      outcome: run.cancelMode === 'kill' ? 'killed' : 'cancelled',
      error: null,
      how: 'cooperative',
      now,
      random: 0,
    })
  return {
    changes: { status: 'queued', attempt: run.attempt - 1, attention: null, message: 'handed back, queued again' },
    steps: 'reset-running',
    notes: [
      createNote('attempt', `Attempt ${run.attempt} was handed back by its worker and is not counted.`, { outcome: 'interrupted' }),
      createNote('run', `Queued again in lane ${run.lane}.`, { status: 'queued' }),
    ],
  }
}

/** Progress of a live run: never falls, never back to unknown, and below 1, which only success may set. */
export const mergeProgress = (current: number, next: number): number => (next < 0 ? current : Math.max(current, Math.min(next, 0.99)))
