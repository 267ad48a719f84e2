import type { EventLevel, Json, Outcome, Run } from '../../shared/models/index.ts'

/** What a decision reads of a run. `cancelReason` is what was given to the cancel that is under way. */
export type RunState = Pick<
  Run,
  'status' | 'lane' | 'priority' | 'attempt' | 'maxAttempts' | 'lost' | 'maxLost' | 'runAt' | 'startedAt' | 'endedAt' | 'dismissed'
> & { readonly cancelReason: string | null }

/** The fields of a run that a transition sets; what is left out stays. */
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
  > & { readonly cancelReason: string | null }
>

/** A line for the run's log, written with the change. */
export interface Note {
  readonly kind: 'run' | 'attempt'
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

/** What every ending sets. The message stays unless another is given. */
export const endRun = (status: 'succeeded' | 'failed' | 'cancelled', now: number, more: RunChanges & { outcome: Outcome }): RunChanges => ({
  status,
  error: null,
  attention: null,
  endedAt: now,
  cancelReason: null,
  ...more,
})

/** A cancelled run has no error: a person wanted it so. */
export const cancelRun = (reason: string | null, outcome: 'cancelled' | 'killed', now: number): Transition => {
  const message = `${outcome === 'killed' ? 'Killed' : 'Cancelled'}${because(reason)}`
  return {
    changes: endRun('cancelled', now, { outcome, message }),
    steps: 'settle',
    notes: [createNote('run', `${message}.`, { status: 'cancelled', outcome })],
  }
}
