import type { EndedHow, EventLevel, Json, Outcome, Run } from '../../shared/models/index.ts'

/** What a decision reads of a run. `cancelReason` and `cancelMode` are those of the cancel that is under way. */
export type RunState = Pick<
  Run,
  | 'status'
  | 'lane'
  | 'priority'
  | 'attempt'
  | 'maxAttempts'
  | 'lost'
  | 'maxLost'
  | 'runAt'
  | 'startedAt'
  | 'endedAt'
  | 'dismissed'
  | 'cancelMode'
  | 'cancelSignal'
  | 'reconnect'
> & { readonly cancelReason: string | null }

/** The fields of a run that a transition sets; what is left out stays. `fenceAt` is when a run that is to end is ended without its worker. */
export type RunChanges = Partial<
  Pick<
    Run,
    | 'status'
    | 'outcome'
    | 'error'
    | 'attention'
    | 'progress'
    | 'message'
    | 'attempt'
    | 'maxAttempts'
    | 'lost'
    | 'runAt'
    | 'startedAt'
    | 'endedAt'
    | 'dismissed'
    | 'lane'
    | 'priority'
    | 'cancelMode'
    | 'cancelSignal'
    | 'endedHow'
    | 'reconnect'
  > & { readonly cancelReason: string | null; readonly fenceAt: number | null }
>

/** A line for the run's log, written with the change. */
export interface Note {
  readonly kind: 'run' | 'attempt' | 'step'
  readonly level: EventLevel
  readonly message: string
  readonly data: { readonly [key: string]: Json }
}

/**
 * What becomes of the steps:
 *
 * - `keep`: nothing
 * - `reset-running`: running ones are pending again; they were cut off, not tried
 * - `reset-attempt`: those that this attempt began and that did not succeed are pending again
 * - `reset-all`: everything that did not succeed is pending again
 * - `settle`: running ones end as the run does; when it succeeded, pending ones too
 */
export type StepRule = 'keep' | 'reset-running' | 'reset-attempt' | 'reset-all' | 'settle'

export interface Transition {
  readonly changes: RunChanges
  readonly steps: StepRule
  readonly notes: readonly Note[]
}

/** A transition that changes nothing. */
export const NOTHING: Transition = { changes: {}, steps: 'keep', notes: [] }

export const createNote = (kind: Note['kind'], message: string, data: Note['data'], level: EventLevel = 'info'): Note => ({
  kind,
  level,
  message,
  data,
})

/** The tail of a sentence that gives a reason; empty without one. */
export const because = (reason: string | null): string => (reason ? `: ${reason}` : '')

/** What a run holds that nobody asks to end. The signal of a kill is kept beyond its end. */
export const NOT_CANCELLING = { cancelReason: null, cancelMode: null, fenceAt: null } as const satisfies RunChanges

/**
 * How long the worker of a run that is to end has for that, in milliseconds, before its lease is closed: 15 s until its heartbeat tells it, 5 s to stop by
 * itself, 5 s after the signal, 5 s to prove that SIGKILL has left nothing.
 */
export const FENCE_MS = 30_000

/** What every ending sets. The message stays unless another is given. */
export const endRun = (status: 'succeeded' | 'failed' | 'cancelled', now: number, more: RunChanges & { outcome: Outcome }): RunChanges => ({
  status,
  error: null,
  attention: null,
  endedAt: now,
  endedHow: null,
  cancelSignal: null,
  ...NOT_CANCELLING,
  ...more,
})

const HOW_WORDS: Record<EndedHow, string> = {
  cooperative: 'it stopped by itself',
  term: 'by a signal',
  kill: 'by SIGKILL',
  fenced: 'nobody could prove its end, its lease was closed',
}

/** A cancelled run has no error: a person wanted it so. */
export const cancelRun = (
  run: Pick<RunState, 'cancelReason' | 'cancelSignal'>,
  outcome: 'cancelled' | 'killed',
  how: EndedHow | null,
  now: number,
): Transition => {
  const message = `${outcome === 'killed' ? 'Killed' : 'Cancelled'}${because(run.cancelReason)}`
  return {
    changes: endRun('cancelled', now, { outcome, message, endedHow: how, cancelSignal: outcome === 'killed' ? run.cancelSignal : null }),
    steps: 'settle',
    notes: [createNote('run', `${message}${how ? ` (${HOW_WORDS[how]})` : ''}.`, { status: 'cancelled', outcome, how })],
  }
}
