/**
 * Notices what takes too long.
 *
 * Four clocks run for a run, and none of them stands in for another:
 *
 * - in the queue: since `queuedAt`, shown with its lane. Nothing ends for it.
 * - of the step: `warningAt` and `timeoutAt`, stored when the step begins and moved by the time a person was waited for. This file alone looks at it.
 * - without progress: since the last event of the run, shown on its card. Nothing ends for it, a person may.
 * - without heartbeat: `leaseUntil` of the attempt, which the sweeper looks at. It says that the worker is gone, not that the work is slow.
 *
 * It also ends runs whose target did not come back before their stored deadline, and runs that were to end and whose worker, one of another host, has
 * not said that they did.
 */
import type { Clock, Logger } from '../platform/index.ts'
import type { DueStep, RunStore } from '../runs/index.ts'
import type { Worker } from '../supervision/index.ts'
import { createPoller } from './poller.ts'
import type { ExecutorPool } from './pool.ts'

/** A hint only: what counts are the stored moments. */
const LOOK_MS = 1_000

/**
 * Looks every second which running steps have reached one of their moments.
 *
 * A warning and a time limit are stored first. Then a step whose policy is `kill` is stopped, also when that was stored by a look before: an attempt of this
 * host at once, one of another worker by the answer to its next heartbeat, and by closing its lease when that does not help. A step that asks has its
 * question by having been stored. After a jump of the clock one look is left out: work that ended meanwhile says so first.
 */
export function createTimeoutChecker(deps: {
  store: Pick<RunStore, 'dueSteps' | 'markStep' | 'reconnectsDue' | 'timeOut' | 'fencesDue' | 'fence'>
  /** The attempts of this host, which has a ladder of its own to end them. */
  pool: Pick<ExecutorPool, 'stopAttempt' | 'holds'>
  clock: Clock
  logger: Logger
  random: () => number
}): Worker {
  const { store, pool, clock, logger } = deps

  const take = async (due: DueStep): Promise<void> => {
    const now = clock.now()
    const reached = now >= due.timeoutAt ? 'timed_out' : 'warning'
    if (due.timeoutStatus !== 'timed_out') {
      const marked = await store.markStep(due.runId, due.index, due.attemptId, reached, now)
      // Not marked: it ended, or was given more time, since it was read.
      if (!marked) return
      logger.info({ runId: due.runId, step: due.index, reached }, 'a step takes long')
    }
    if (reached !== 'timed_out' || due.onTimeout !== 'kill' || pool.stopAttempt(due.attemptId, 'timed_out')) return
    await store.timeOut(due.runId, due.attemptId, now)
  }
  return createPoller({
    name: 'Timeout checker',
    everyMs: LOOK_MS,
    failed: 'time limits could not be looked at; it is tried again',
    clock,
    logger,
    async look(now, jumped) {
      if (jumped) return
      for (const due of await store.dueSteps(now)) await take(due)
      for (const run of await store.reconnectsDue(now))
        logger.warn({ runId: run.id, target: run.reconnect?.workerId }, 'a target did not come back')
      for (const { runId, attemptId } of await store.fencesDue(now)) {
        if (pool.holds(attemptId)) continue
        const run = await store.fence(runId, attemptId, clock.now(), deps.random())
        if (run) logger.warn({ runId, status: run.status, outcome: run.outcome }, 'a worker did not end its run; its lease was closed')
      }
    },
  })
}
