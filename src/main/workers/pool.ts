import { LANE_NAMES, type RunSummary } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import type { Limits, RunStore, StopReason } from '../runs/index.ts'
import type { Worker, WorkerContext } from '../supervision/index.ts'
import { type Attempt, type AttemptDeps, startAttempt } from './attempt.ts'
import type { Heartbeats } from './heartbeats.ts'
import { isStoreUnavailable } from './store-faults.ts'

export const LEASE_MS = 60_000
export const HEARTBEAT_MS = 15_000
/** Claims are tried on every hint and, since hints can be missed, at least this often, in milliseconds. */
const POLL_MS = 1_000

/**
 * Runs what the queue has, as much at once as the limits allow.
 *
 * As a worker it is what claims: a crash of that ends no attempt, so its `stop` leaves them alone unless it was retired.
 */
export interface ExecutorPool extends Worker {
  /** Starts to claim. A claim that fails for another reason than the store is a crash. */
  start(context: WorkerContext): void
  /** Claims no more. Resolves when no claim is under way and, once retired, when every live run is handed back. */
  stop(): Promise<void>
  /** A hint that there may be something to claim. */
  wake(): void
  live(): number
  /** Tells an attempt to stop. False when it is not one of this pool. */
  stopAttempt(attemptId: string, reason: StopReason): boolean
  /** Whether an attempt is one of this pool. */
  holds(attemptId: string): boolean
  /** From now on `stop` is for good: it hands every live run back. */
  retire(): void
}

/** How much may be claimed: as much as there is room for, one run at a time as a trial, or nothing. What runs goes on in any case. */
export type Admission = 'all' | 'one' | 'none'

export function createExecutorPool(
  deps: AttemptDeps & {
    heartbeats: Heartbeats
    workerId: string
    limits: () => Limits
    concurrency: () => number
    /** Asked before each claim; `all` when left out. */
    admission?: () => Admission
    logger: Logger
    clock: Clock
    store: RunStore
  },
): ExecutorPool {
  const { store, clock, logger, heartbeats } = deps
  const attempts = new Map<string, Attempt>()
  /** Attempts that were claimed as a trial. */
  const trials = new Set<string>()
  let state: 'idle' | 'claiming' | 'stopped' = 'stopped'
  let context: WorkerContext | null = null
  let retired = false
  /** Grows with each start, which makes a loop void that hung in its claim and was given up. */
  let turn = 0
  let wanted = false
  let cancelPoll: (() => void) | undefined
  let claiming: Promise<void> = Promise.resolve()

  const claim = async (): Promise<void> => {
    wanted = false
    const admission = deps.admission?.() ?? 'all'
    const free = deps.concurrency() - attempts.size
    const room = admission === 'one' ? Math.min(free, 1 - trials.size) : free
    if (admission === 'none' || room <= 0) return
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
      if (admission === 'one') trials.add(attempt.attemptId)
      heartbeats.add({ runId: run.id, attemptId: run.attemptId, leaseToken: run.leaseToken }, run.leaseUntil)
      void attempt.done.then(() => {
        heartbeats.remove(attempt.attemptId)
        attempts.delete(attempt.attemptId)
        trials.delete(attempt.attemptId)
        wake()
      })
      // An end that came while the claim was under way.
      if (retired && state === 'stopped') attempt.stop('shutdown')
    }
  }

  const wake = (): void => {
    wanted = true
    if (state !== 'idle') return
    state = 'claiming'
    const own = turn
    claiming = (async () => {
      while (wanted && state === 'claiming' && own === turn) {
        await claim().catch((error: unknown) => {
          if (isStoreUnavailable(error)) logger.warn({ error }, 'claiming failed; it is tried again')
          else if (own === turn) crash(error)
        })
      }
      if (state === 'claiming' && own === turn) state = 'idle'
    })()
  }
  const halt = (): void => {
    state = 'stopped'
    cancelPoll?.()
  }
  const crash = (error: unknown): void => {
    halt()
    context?.crashed(error)
  }
  const poll = (): void => {
    wake()
    cancelPoll = clock.after(POLL_MS, poll)
  }

  heartbeats.onStop((attemptId, { reason, kill }) => attempts.get(attemptId)?.stop(reason, kill ?? undefined))
  const stopRun = ({ id, cancelMode, cancelSignal }: RunSummary): void => {
    for (const attempt of attempts.values())
      if (attempt.runId === id) attempt.stop(cancelMode === 'kill' ? 'killed' : 'cancelled', cancelSignal ?? undefined)
  }
  const unsubscribe = store.subscribe((change) => {
    for (const run of change.runs) {
      if (run.status === 'cancelling') stopRun(run)
    }
    if (change.runs.some((run) => run.status === 'queued') || change.lanes.length) wake()
  })

  return {
    name: 'Executor pool',
    start(given) {
      context = given
      turn += 1
      state = 'idle'
      poll()
      given.ready()
    },
    async stop() {
      halt()
      if (retired) for (const attempt of attempts.values()) attempt.stop('shutdown')
      await claiming
      if (!retired) return
      while (attempts.size) await Promise.all([...attempts.values()].map((attempt) => attempt.done))
      unsubscribe()
    },
    retire() {
      retired = true
    },
    wake,
    live: () => attempts.size,
    holds: (attemptId) => attempts.has(attemptId),
    stopAttempt(attemptId, reason) {
      const attempt = attempts.get(attemptId)
      attempt?.stop(reason)
      return attempt !== undefined
    },
  }
}
