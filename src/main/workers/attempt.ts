import { AppError, type ClaimedRun, type Project, type Run, type RunError } from '../../shared/models/index.ts'
import { type Clock, killTree, type Logger } from '../platform/index.ts'
import {
  errorOf,
  isLeaseLost,
  type OpRegistry,
  outcomeOfStop,
  type RunFeed,
  type RunStore,
  runStep,
  type StepEnding,
  type StopReason,
} from '../runs/index.ts'
import { createOpContext } from './op-context.ts'
import { createRunWriter, type RunWriter } from './run-writer.ts'
import type { Workspace } from './workspace.ts'

/** How long an op has to stop by itself, and how long the kill ladder after it may take, in milliseconds. */
const STOP_GRACE_MS = 5_000
const LADDER_MS = 15_000

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
  /** Tells the op to stop; the first reason stands. */
  stop(reason: StopReason): void
  /** Resolves when the attempt is over and its processes are gone. Never rejects. */
  readonly done: Promise<void>
}

/**
 * Takes one claimed run from its first unfinished step to its end.
 *
 * Ends in exactly one of: `complete` with what happened, `release` when the host stops, or nothing at all when the lease was lost, for then another attempt
 * owns the run. Whichever it is, no process of the attempt is left.
 */
export function startAttempt(claim: ClaimedRun, deps: AttemptDeps): Attempt {
  const controller = new AbortController()
  const stop = (reason: StopReason): void => {
    // Also after another reason: what waits for the store would wait for ever.
    if (reason === 'lease_lost') writer.abandon()
    if (!controller.signal.aborted) controller.abort(reason)
  }
  const lease = { runId: claim.id, attemptId: claim.attemptId, leaseToken: claim.leaseToken }
  const writer = createRunWriter({ store: deps.store, clock: deps.clock, lease, onLost: () => stop('lease_lost') })
  const project = claim.projectId ? deps.project(claim.projectId) : null

  const work = async (): Promise<void> => {
    const ending = await runSteps(claim, { ...deps, writer, project, signal: controller.signal, stop })
    await reapStrays(claim, deps)
    if (ending === null || controller.signal.reason === 'lease_lost') return
    if (ending.message !== undefined) writer.patch({ message: ending.message })
    const run = await writer
      .flush()
      .then(() => settle(ending, { ...deps, writer }))
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
  readonly signal: AbortSignal
  readonly stop: (reason: StopReason) => void
}

/** Runs the steps that have not succeeded, in order. Null when the lease was lost. */
async function runSteps(claim: ClaimedRun, scene: StepsScene): Promise<StepEnding | null> {
  const { ops, writer, project, signal } = scene
  const env = { ...NOT_FOR_CHILDREN, RUN_ID: claim.id, RUN_ATTEMPT_ID: claim.attemptId, CONTROLROOM_INSTANCE: scene.instanceId }
  try {
    if (claim.projectId && !project)
      throw new AppError('NOT_FOUND', 'The project of this run was removed. Add it again, and queue a new run in it.')
    const needsWorktree = claim.steps.some((step) => ops.get(step.op)?.workspace === 'worktree')
    const prepared = scene.workspace.prepare(claim, project, needsWorktree, writer)
    const directory = await withinGrace(prepared, signal, scene)
    if (typeof directory !== 'string') return directory
    let last: StepEnding = { outcome: 'success' }
    for (const step of claim.steps.filter((step) => step.status !== 'succeeded')) {
      if (signal.aborted) return { outcome: outcomeOfStop(signal.reason as StopReason) }
      const ending = await runOne(step, directory)
      if (ending.outcome !== 'success' && !(step.continueOnError && !signal.aborted)) return ending
      last = ending
    }
    return { ...last, outcome: 'success' }
  } catch (error) {
    if (isLeaseLost(error)) return null
    if (signal.aborted) return { outcome: outcomeOfStop(signal.reason as StopReason) }
    return { outcome: 'error', error: errorOf(error) }
  }

  async function runOne(step: ClaimedRun['steps'][number], directory: string): Promise<StepEnding> {
    const op = ops.get(step.op)
    const error: RunError = { code: 'VALIDATION_FAILED', message: `There is no op “${step.op}” in this version.`, retryable: false }
    if (!op) return { outcome: 'validation_failed', error }
    await write({ status: 'running', startedAt: scene.clock.now(), endedAt: null, outcome: null, error: null, timeoutStatus: 'normal' })
    const { context, close } = createOpContext({ claim, step, op, project, directory, env, signal, stop: scene.stop }, scene)
    const ending = await withinGrace(runStep(op, context), signal, scene).finally(close)
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

/** Work that was told to stop and does not end in time is left behind: an op's processes are ended by the strays' hunt. */
async function withinGrace<T>(work: Promise<T>, signal: AbortSignal, { clock }: Pick<AttemptDeps, 'clock'>): Promise<T | StepEnding> {
  const { promise: abandoned, resolve } = Promise.withResolvers<StepEnding>()
  let cancelTimer: (() => void) | undefined
  const onAbort = (): void => {
    cancelTimer = clock.after(STOP_GRACE_MS + LADDER_MS, () => resolve({ outcome: outcomeOfStop(signal.reason as StopReason) }))
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return Promise.race([work, abandoned]).finally(() => {
    cancelTimer?.()
    signal.removeEventListener('abort', onAbort)
  })
}

/** Ends whatever still carries the attempt's mark: background children, double forks, children of a wrapper that is gone. */
async function reapStrays(claim: ClaimedRun, { clock, logger }: AttemptDeps): Promise<void> {
  const { survivors } = await killTree({ marker: { name: 'RUN_ATTEMPT_ID', value: claim.attemptId } }, { clock, graceMs: STOP_GRACE_MS })
  if (survivors.length) logger.error({ runId: claim.id, survivors }, 'processes of an attempt could not be ended')
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
          now,
          random: deps.random(),
        }),
  )
}
