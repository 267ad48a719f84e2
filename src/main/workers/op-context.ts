import type { ClaimedRun, Project, RunStep, Timeouts } from '../../shared/models/index.ts'
import type { Clock } from '../platform/index.ts'
import type { OpContext, OpDefinition, RunFeed, RunStore, StepPatch, StopReason } from '../runs/index.ts'
import type { RunWriter } from './run-writer.ts'
import { createStepClock } from './step-clock.ts'

/** What an attempt knows when it starts a step. */
export interface StepScene {
  readonly claim: ClaimedRun
  readonly step: RunStep
  readonly op: OpDefinition
  readonly project: Project | null
  readonly directory: string
  readonly env: OpContext['env']
  readonly signal: AbortSignal
  readonly stop: (reason: StopReason) => void
}

/**
 * Builds what an op sees while it runs a step, and keeps the step's clock.
 *
 * @returns the context, and `close`, to be called when the op has returned: it stops the clock and takes away what was still growing
 */
export function createOpContext(
  scene: StepScene,
  deps: { store: RunStore; writer: RunWriter; feed: RunFeed; clock: Clock },
): { context: OpContext; close: () => void } {
  const { claim, step } = scene
  const { store, writer, feed, clock } = deps
  const timeouts: Timeouts = { ...scene.op.timeouts, ...step.timeouts }
  /** A run of several steps: each is an equal share of its progress. */
  const share = (value: number): number =>
    value < 0 ? (claim.steps.length > 1 ? step.index / claim.steps.length : -1) : (step.index + value) / claim.steps.length

  const patchStep = (patch: StepPatch): void => {
    writer.write((lease) => store.updateStep(lease, step.index, patch, clock.now())).catch(() => {})
  }
  const note = (message: string): void => writer.emit({ kind: 'step', level: 'warn', message }, step.index)

  const stepClock = createStepClock({
    clock,
    timeouts,
    onTimes: patchStep,
    onWarning() {
      patchStep({ timeoutStatus: 'warning' })
      note('This step takes longer than expected.')
    },
    onTimeout() {
      patchStep({ timeoutStatus: 'timed_out' })
      note('The time limit of this step is over.')
      if (timeouts.onTimeout === 'kill') scene.stop('timed_out')
      else writer.patch({ attention: 'timeout' })
    },
  })

  const context: OpContext = {
    run: claim,
    step,
    params: step.params,
    attemptId: claim.attemptId,
    attempt: claim.attempt,
    project: scene.project,
    directory: scene.directory,
    signal: scene.signal,
    env: scene.env,
    now: () => clock.now(),
    emit: (event) => writer.emit(event, step.index),
    flush: () => writer.flush(),
    progress(value, message) {
      // Below 1 until the run has ended well.
      writer.patch({ progress: Math.min(share(value), 0.99), ...(message === undefined ? {} : { message: message.slice(0, 500) }) })
    },
    live: (part) => feed.live(claim.id, part),
    delta: (partId, text) => feed.delta(claim.id, partId, text),
    dropLive: (partIds) => feed.drop(claim.id, partIds),
    setSession: (sessionId) => writer.write((lease) => store.updateRun(lease, { sessionId }, clock.now())),
    attention(value) {
      stepClock.pause(value !== null)
      writer.patch({ attention: value })
    },
    addCost: (usd) => writer.patch({ addCost: usd }),
  }
  return {
    context,
    close() {
      stepClock.stop()
      feed.end(claim.id)
    },
  }
}
