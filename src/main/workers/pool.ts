import { LANE_NAMES } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import type { Limits, RunStore } from '../runs/index.ts'
import { type Attempt, type AttemptDeps, startAttempt } from './attempt.ts'
import type { Heartbeats } from './heartbeats.ts'

export const LEASE_MS = 60_000
export const HEARTBEAT_MS = 15_000
/** Claims are tried on every hint and, since hints can be missed, at least this often, in milliseconds. */
const POLL_MS = 1_000

/** Runs what the queue has, as much at once as the limits allow. */
export interface ExecutorPool {
  /** Starts to claim. */
  start(): void
  /** A hint that there may be something to claim. */
  wake(): void
  /** Stops claiming for a while; what runs goes on. */
  pause(paused: boolean): void
  live(): number
  /** The store is gone for good: nothing is claimed any more, and what runs is stopped, since nothing of it could be kept. */
  abandon(): void
  /** Claims no more and hands every live run back. Resolves when all attempts are over. */
  stop(): Promise<void>
}

export function createExecutorPool(
  deps: AttemptDeps & {
    heartbeats: Heartbeats
    workerId: string
    limits: () => Limits
    concurrency: () => number
    logger: Logger
    clock: Clock
    store: RunStore
  },
): ExecutorPool {
  const { store, clock, logger, heartbeats } = deps
  const attempts = new Map<string, Attempt>()
  let state: 'idle' | 'claiming' | 'stopped' = 'stopped'
  let wanted = false
  let paused = false
  let cancelPoll: (() => void) | undefined
  let claiming: Promise<void> = Promise.resolve()

  const claim = async (): Promise<void> => {
    wanted = false
    const room = deps.concurrency() - attempts.size
    if (paused || room <= 0) return
    const claimed = await store.claim({
      workerId: deps.workerId,
      instanceId: deps.instanceId,
      lanes: LANE_NAMES,
      limit: room,
      leaseMs: LEASE_MS,
      limits: deps.limits(),
      now: clock.now(),
    })
    for (const run of claimed) {
      const attempt = startAttempt(run, deps)
      attempts.set(attempt.attemptId, attempt)
      heartbeats.add({ runId: run.id, attemptId: run.attemptId, leaseToken: run.leaseToken }, run.leaseUntil)
      void attempt.done.then(() => {
        heartbeats.remove(attempt.attemptId)
        attempts.delete(attempt.attemptId)
        wake()
      })
      // A stop that came while the claim was under way.
      if (state === 'stopped') attempt.stop('shutdown')
    }
  }

  const wake = (): void => {
    wanted = true
    if (state !== 'idle') return
    state = 'claiming'
    claiming = (async () => {
      while (wanted && state === 'claiming') {
        await claim().catch((error: unknown) => logger.warn({ error }, 'claiming failed; it is tried again'))
      }
      if (state === 'claiming') state = 'idle'
    })()
  }
  const poll = (): void => {
    wake()
    cancelPoll = clock.after(POLL_MS, poll)
  }

  heartbeats.onStop((attemptId, reason) => attempts.get(attemptId)?.stop(reason))
  const unsubscribe = store.subscribe((change) => {
    for (const run of change.runs) {
      if (run.status === 'cancelling') for (const attempt of attempts.values()) if (attempt.runId === run.id) attempt.stop('cancelled')
    }
    if (change.runs.some((run) => run.status === 'queued') || change.lanes.length) wake()
  })

  return {
    start() {
      state = 'idle'
      poll()
    },
    wake,
    pause(value) {
      paused = value
      if (!paused) wake()
    },
    live: () => attempts.size,
    abandon() {
      state = 'stopped'
      cancelPoll?.()
      for (const attempt of attempts.values()) attempt.stop('lease_lost')
    },
    async stop() {
      state = 'stopped'
      cancelPoll?.()
      for (const attempt of attempts.values()) attempt.stop('shutdown')
      await claiming
      while (attempts.size) await Promise.all([...attempts.values()].map((attempt) => attempt.done))
      unsubscribe()
    },
  }
}
