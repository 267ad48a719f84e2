import type { Attention, Result, RunStep, RunSummary, Timeouts } from '../../shared/models/index.ts'
import { fail, ok } from '../../shared/models/result.ts'
import { formatDelay } from './backoff.ts'
import type { AttemptEnding, StepPatch } from './store-port.ts'
import { createNote, type Note, type RunChanges, type RunState } from './transition.ts'

/** The clock of a run's running step, as a summary shows it. */
export type Timing = Pick<RunSummary, 'timeoutStatus' | 'timedFrom' | 'warningAt' | 'timeoutAt' | 'pausedAt'>

/** A run without a running step. */
export const NO_TIMING: Timing = { timeoutStatus: 'normal', timedFrom: null, warningAt: null, timeoutAt: null, pausedAt: null }

/** Reads the clock from the step that runs. While it stands still its moments are not known yet. */
export const timingOf = (step: Pick<RunStep, keyof Timing> | undefined): Timing => {
  if (!step) return NO_TIMING
  const { timeoutStatus, timedFrom, warningAt, timeoutAt, pausedAt } = step
  return pausedAt === null
    ? { timeoutStatus, timedFrom, warningAt, timeoutAt, pausedAt }
    : { timeoutStatus, timedFrom, warningAt: null, timeoutAt: null, pausedAt }
}

/** Whether a step's clock stands still: a person has to answer. A timeout is no such wait, for its time is over. */
export const isWaitingForPerson = (attention: Attention | null): boolean => attention !== null && attention !== 'timeout'

/** The time limits of a step: its own over those of its op. */
export const timeoutsOf = (op: { readonly timeouts: Timeouts }, step: Pick<RunStep, 'timeouts'>): Timeouts => ({
  ...op.timeouts,
  ...step.timeouts,
})

/** What becomes of a running step and its run when one of the step's moments has come. Notes are about the step. */
export interface TimingChange {
  readonly step: Partial<Pick<RunStep, keyof Timing>>
  readonly run: RunChanges
  readonly notes: readonly Note[]
}

const ORDER = ['normal', 'warning', 'timed_out'] as const

/**
 * A step takes long, or its time is over. Null when that is not so, or known already.
 *
 * A step that asks gets the attention of a person; one that is killed by itself does not.
 */
export const decideMark = (
  run: Pick<RunState, 'status'>,
  step: RunStep | undefined,
  status: 'warning' | 'timed_out',
  now: number,
): TimingChange | null => {
  if (run.status !== 'running' || step === undefined || step.pausedAt !== null) return null
  const at = status === 'warning' ? step.warningAt : step.timeoutAt
  if (at === null || now < at || ORDER.indexOf(step.timeoutStatus) >= ORDER.indexOf(status)) return null
  const asks = status === 'timed_out' && step.onTimeout !== 'kill'
  const message = status === 'warning' ? 'This step takes longer than expected.' : 'The time limit of this step is over.'
  return {
    step: { timeoutStatus: status },
    run: asks ? { attention: 'timeout' } : {},
    notes: [createNote('step', message, { timeoutStatus: status }, 'warn')],
  }
}

/** A person gives the running step `ms` more. While its clock stands still, they count from when it goes on. */
export const decideWaitLonger = (
  run: Pick<RunState, 'status'> & { readonly attention: Attention | null },
  step: RunStep | undefined,
  ms: number,
  now: number,
): Result<TimingChange> => {
  if (run.status !== 'running') return fail('CONFLICT', `This run is ${run.status}: there is no step to wait for.`)
  if (step === undefined || step.timeoutAt === null)
    return fail('CONFLICT', 'No step of this run is under way, so there is nothing to wait for.')
  const from = step.pausedAt ?? now
  return ok({
    step: { timeoutStatus: 'normal', timedFrom: from, warningAt: from + Math.floor(ms / 2), timeoutAt: from + ms },
    run: run.attention === 'timeout' ? { attention: null } : {},
    notes: [createNote('step', `This step was given more time: ${formatDelay(ms)}.`, { ms })],
  })
}

/** What a step's clock becomes when the run begins to wait for a person, or no longer does. */
export const decidePause = (step: RunStep, waiting: boolean, now: number): TimingChange['step'] => {
  if (waiting === (step.pausedAt !== null)) return {}
  if (waiting) return { pausedAt: now }
  const stood = Math.max(0, now - step.pausedAt!)
  const move = (at: number | null): number | null => (at === null ? null : at + stood)
  return { pausedAt: null, timedFrom: move(step.timedFrom), warningAt: move(step.warningAt), timeoutAt: move(step.timeoutAt) }
}

/**
 * The clock with which a claim begins, for a worker that does not say which step it is at: the first step that has not succeeded runs, with the time of
 * all that are left. It is ended by itself only when all of them would be. Null when the limits of an op are not known.
 */
export const clockOfClaim = (
  steps: readonly RunStep[],
  limits: Readonly<Record<string, Timeouts>>,
  now: number,
): { readonly index: number; readonly patch: StepPatch } | null => {
  const left = steps.filter((step) => step.status !== 'succeeded')
  const [first] = left
  if (!first || left.some((step) => !limits[step.op])) return null
  const times = left.map((step) => timeoutsOf({ timeouts: limits[step.op]! }, step))
  const sum = (key: 'warningMs' | 'hardMs'): number => now + times.reduce((total, each) => total + each[key], 0)
  const onTimeout = times.every((each) => each.onTimeout === 'kill') ? 'kill' : 'ask'
  const patch = { status: 'running', startedAt: now, warningAt: sum('warningMs'), timeoutAt: sum('hardMs'), onTimeout } as const
  return { index: first.index, patch }
}

/** What a run shows for a wish of its op: a step whose time is over keeps asking until it has ended or was given more time. */
export const attentionOf = (wish: Attention | null, step: RunStep | undefined): Attention | null =>
  wish === null && step?.timeoutStatus === 'timed_out' && step.onTimeout !== 'kill' ? 'timeout' : wish

/** How an attempt ends whose worker was lost. One that was to be killed because its time was over ends as that. */
export const endingOfLoss = (
  run: Pick<RunState, 'status' | 'cancelMode'>,
  step: RunStep | undefined,
  now: number,
  random: number,
): AttemptEnding => {
  const overdue =
    run.cancelMode === 'timeout' || (run.status === 'running' && step?.timeoutStatus === 'timed_out' && step.onTimeout === 'kill')
  return overdue ? { outcome: 'timed_out', error: null, how: 'fenced', now, random } : { outcome: 'lease_lost', error: null, now, random }
}
