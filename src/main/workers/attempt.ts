import { AppError, type ClaimedRun, type KillSignal, type Project, type Run, type RunError } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import {
  ATTEMPT_MARK,
  errorOf,
  isLeaseLost,
  type OpRegistry,
  outcomeOfStop,
  type RunFeed,
  type RunStore,
  runStep,
  type StepEnding,
  type StopReason,
  timeoutsOf,
} from '../runs/index.ts'
import { createOpContext } from './op-context.ts'
import { createRunWriter, type RunWriter } from './run-writer.ts'
import { createStopLadder, type StopLadder } from './stop-ladder.ts'
import type { Workspace } from './workspace.ts'

/** Variables of the host that no child may see. */
const NOT_FOR_CHILDREN = { CONTROLROOM_TOKEN: undefined, ELECTRON_RUN_AS_NODE: undefined }

export interface AttemptDeps {
  readonly store: RunStore
  readonly ops: OpRegistry
  readonly feed: RunFeed
  readonly workspace: Workspace
  readonly project: (projectId: string) => Project | null
  readonly clock: Clock
  readonly logger: Logger
  readonly instanceId: string
  readonly random: () => number
}

/** An attempt under way. */
export interface Attempt {
  readonly runId: string
  readonly attemptId: string
  /** Tells the op to stop, and ends its processes if it does not: see `StopLadder`. */
  stop(reason: StopReason, killSignal?: KillSignal): void
  /** Resolves when the attempt is over and its processes are gone. Never rejects. */
  readonly done: Promise<void>
}

/**
 * Takes one claimed run from its first unfinished step to its end.
 *
 * Ends in exactly one of: `complete` with what happened, `release` when the host stops, or nothing at all: when the lease was lost, for then another attempt
 * owns the run, and when the run waits for its target. Whichever it is, no process of the attempt is left, and that is proved before the lease is closed.
 */
export function startAttempt(claim: ClaimedRun, deps: AttemptDeps): Attempt {
  const ladder = createStopLadder({ attemptId: claim.attemptId, clock: deps.clock, logger: deps.logger })
  const stop: Attempt['stop'] = (reason, killSignal) => {
    // Also after another reason: what waits for the store would wait for ever.
    if (reason === 'lease_lost') writer.abandon()
    ladder.stop(reason, killSignal)
  }
  const lease = { runId: claim.id, attemptId: claim.attemptId, leaseToken: claim.leaseToken }
  const writer = createRunWriter({ store: deps.store, clock: deps.clock, lease, onLost: () => stop('lease_lost') })
  const project = claim.projectId ? deps.project(claim.projectId) : null

  const work = async (): Promise<void> => {
    const ending = await runSteps(claim, { ...deps, writer, project, ladder })
    ladder.note(typeof ending === 'object' ? ending.how : undefined)
    const how = await ladder.finish(typeof ending === 'object' && ending.leftBehind === true)
    if (ending === 'awaiting') await writer.flush().catch(() => {})
    if (typeof ending === 'string' || ladder.signal.reason === 'lease_lost') return
    if (ending.message !== undefined) writer.patch({ message: ending.message })
    const run = await writer
      .flush()
      .then(() => settle({ ...ending, how: how ?? undefined }, { ...deps, writer }))
      .catch((error: unknown) => {
        if (!isLeaseLost(error))
          deps.logger.error({ error, runId: claim.id }, 'the ending of an attempt could not be stored; its lease will lapse')
        return null
      })
    if (run) await deps.workspace.finish(run, project)
  }
  const done = work().catch((error: unknown) => deps.logger.error({ error, runId: claim.id }, 'an attempt broke'))
  return { runId: claim.id, attemptId: claim.attemptId, stop, done }
}

interface StepsScene extends Omit<AttemptDeps, 'project'> {
  readonly writer: RunWriter
  readonly project: Project | null
  readonly ladder: StopLadder
}

/** `leftBehind`: the op did not end although its time was over. */
type Ending = StepEnding & { readonly leftBehind?: true }

/** Runs the steps that have not succeeded, in order. */
async function runSteps(claim: ClaimedRun, scene: StepsScene): Promise<Ending | 'lease lost' | 'awaiting'> {
  const { ops, writer, project, ladder } = scene
  const { signal } = ladder
  const env = { ...NOT_FOR_CHILDREN, RUN_ID: claim.id, [ATTEMPT_MARK]: claim.attemptId, CONTROLROOM_INSTANCE: scene.instanceId }
  try {
    if (claim.projectId && !project)
      throw new AppError('NOT_FOUND', 'The project of this run was removed. Add it again, and queue a new run in it.')
    const needsWorktree = claim.steps.some((step) => ops.get(step.op)?.workspace === 'worktree')
    const prepared = scene.workspace.prepare(claim, project, needsWorktree, writer)
    const directory = await beforeOverdue(prepared, ladder)
    if (typeof directory !== 'string') return directory
    let last: StepEnding = { outcome: 'success' }
    for (const step of claim.steps.filter((step) => step.status !== 'succeeded')) {
      if (signal.aborted) return { outcome: outcomeOfStop(signal.reason as StopReason) }
      const ending = await runOne(step, directory)
      if (ending === 'awaiting') return ending
      if (ending.outcome !== 'success' && !(step.continueOnError && !signal.aborted)) return ending
      last = ending
    }
    return { ...last, outcome: 'success' }
  } catch (error) {
    if (isLeaseLost(error)) return 'lease lost'
    if (signal.aborted) return { outcome: outcomeOfStop(signal.reason as StopReason) }
    return { outcome: 'error', error: errorOf(error) }
  }

  async function runOne(step: ClaimedRun['steps'][number], directory: string): Promise<Ending | 'awaiting'> {
    const op = ops.get(step.op)
    const error: RunError = { code: 'VALIDATION_FAILED', message: `There is no op “${step.op}” in this version.`, retryable: false }
    if (!op) return { outcome: 'validation_failed', error }
    const now = scene.clock.now()
    const { warningMs, hardMs, onTimeout } = timeoutsOf(op, step)
    await write({
      status: 'running',
      startedAt: now,
      endedAt: null,
      warningAt: now + warningMs,
      timeoutAt: now + hardMs,
      timeoutStatus: 'normal',
      onTimeout,
      outcome: null,
      error: null,
    })
    const { context, close, isAwaiting } = createOpContext({ claim, step, project, directory, env, ladder }, scene)
    const ending = await beforeOverdue(runStep(op, context), ladder).finally(close)
    if (isAwaiting() && ending.outcome === 'success') return 'awaiting'
    const status =
      ending.outcome === 'success' ? 'succeeded' : ending.outcome === 'cancelled' || ending.outcome === 'killed' ? 'cancelled' : 'failed'
    // A step that the host's own stop cut off has not failed: the next attempt starts with it.
    if (ending.outcome === 'interrupted') await write({ status: 'pending', startedAt: null, warningAt: null, timeoutAt: null })
    else
      await write({
        status,
        outcome: ending.outcome,
        endedAt: scene.clock.now(),
        error: ending.error ?? null,
        result: ending.result ?? null,
      })
    return ending

    function write(patch: Parameters<RunStore['updateStep']>[2]): Promise<void> {
      return writer.write((lease) => scene.store.updateStep(lease, step.index, patch, scene.clock.now()))
    }
  }
}

/** Work that was told to stop and does not end in time is left behind. */
function beforeOverdue<T>(work: Promise<T>, { overdue, signal }: StopLadder): Promise<T | Ending> {
  const leave = overdue.then((): Ending => ({ outcome: outcomeOfStop(signal.reason as StopReason), leftBehind: true }))
  return Promise.race([work, leave])
}

/** Hands back when the host stops, completes otherwise. */
function settle(ending: StepEnding, deps: AttemptDeps & { writer: RunWriter }): Promise<Run> {
  const now = deps.clock.now()
  return deps.writer.write((lease) =>
    ending.outcome === 'interrupted'
      ? deps.store.release(lease, now)
      : deps.store.complete(lease, {
          outcome: ending.outcome,
          error: ending.error ?? null,
          result: ending.result ?? null,
          how: ending.how ?? null,
          now,
          random: deps.random(),
        }),
  )
}
