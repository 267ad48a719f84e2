import type { ClaimedRun, Project, RunStep } from '../../shared/models/index.ts'
import type { Clock } from '../platform/index.ts'
import type { OpContext, RunFeed, RunStore } from '../runs/index.ts'
import type { RunWriter } from './run-writer.ts'
import type { StopLadder } from './stop-ladder.ts'

/** What an attempt knows when it starts a step. */
export interface StepScene {
  readonly claim: ClaimedRun
  readonly step: RunStep
  readonly project: Project | null
  readonly directory: string
  readonly env: OpContext['env']
  readonly ladder: StopLadder
}

/**
 * Builds what an op sees while it runs a step.
 *
 * @returns the context; `close`, to be called when the op has returned: it takes away what was still growing; and whether the run waits for its target now
 */
export function createOpContext(
  scene: StepScene,
  deps: { store: RunStore; writer: RunWriter; feed: RunFeed; clock: Clock },
): { context: OpContext; close: () => void; isAwaiting: () => boolean } {
  const { claim, step } = scene
  const { store, writer, feed, clock } = deps
  let awaiting = false
  /** A run of several steps: each is an equal share of its progress. */
  const share = (value: number): number =>
    value < 0 ? (claim.steps.length > 1 ? step.index / claim.steps.length : -1) : (step.index + value) / claim.steps.length

  const context: OpContext = {
    run: claim,
    step,
    params: step.params,
    attemptId: claim.attemptId,
    attempt: claim.attempt,
    project: scene.project,
    directory: scene.directory,
    signal: scene.ladder.signal,
    killSignal: () => scene.ladder.killSignal(),
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
    attention: (value) => writer.patch({ attention: value }),
    addCost: (usd) => writer.patch({ addCost: usd }),
    async awaitReconnect(reconnect) {
      await writer.write((lease) => store.awaitReconnect(lease, reconnect, clock.now()))
      awaiting = true
    },
  }
  return {
    context,
    close() {
      feed.end(claim.id)
    },
    isAwaiting: () => awaiting,
  }
}
