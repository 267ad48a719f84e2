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
 * It also ends runs whose target did not come back before their stored deadline.
 */
import type { Clock, Logger } from '../platform/index.ts'
import type { DueStep, RunStore, StopReason } from '../runs/index.ts'
import type { Worker } from '../supervision/index.ts'
import { isStoreUnavailable } from './store-faults.ts'

/** A hint only: what counts are the stored moments. */
const LOOK_MS = 1_000
/** A gap between two looks longer than this beyond their interval is a machine that slept, or a clock that was set. */
const JUMP_MS = 30_000

/**
 * Looks every second which running steps have reached one of their moments.
 *
 * A warning and a time limit are stored first. Then a step whose policy is `kill` is stopped, also when that was stored by a look before; one that
 * asks has its question by having been stored. After a jump of the clock one look is left out: work that ended meanwhile says so first.
 * A look that fails for another reason than the store is a crash.
 *
 * @param stopAttempt tells an attempt of this host to stop; false when it has none of that id
 */
export function createTimeoutChecker(deps: {
  store: Pick<RunStore, 'dueSteps' | 'markStep' | 'reconnectsDue'>
  stopAttempt: (attemptId: string, reason: StopReason) => boolean
  clock: Clock
  logger: Logger
}): Worker {
  const { store, clock, logger } = deps
  let lookedAt = clock.now()
  let cancel: (() => void) | undefined

  const take = async (due: DueStep): Promise<void> => {
    const now = clock.now()
    const reached = now >= due.timeoutAt ? 'timed_out' : 'warning'
    if (due.timeoutStatus !== 'timed_out') {
      const marked = await store.markStep(due.runId, due.index, due.attemptId, reached, now)
      // Not marked: it ended, or was given more time, since it was read.
      if (!marked) return
      logger.info({ runId: due.runId, step: due.index, reached }, 'a step takes long')
    }
    if (reached === 'timed_out' && due.onTimeout === 'kill') deps.stopAttempt(due.attemptId, 'timed_out')
  }
  const look = async (): Promise<void> => {
    const now = clock.now()
    const jumped = Math.abs(now - lookedAt - LOOK_MS) > JUMP_MS
    lookedAt = now
    if (jumped) return
    for (const due of await store.dueSteps(now)) await take(due)
    for (const run of await store.reconnectsDue(now))
      logger.warn({ runId: run.id, target: run.reconnect?.workerId }, 'a target did not come back')
  }
  return {
    name: 'Timeout checker',
    start({ ready, crashed }) {
      lookedAt = clock.now()
      const next = (): void => {
        cancel = clock.after(LOOK_MS, () => {
          look()
            .catch((error: unknown) => {
              if (isStoreUnavailable(error)) logger.warn({ error }, 'time limits could not be looked at; it is tried again')
              else crashed(error)
            })
            .finally(() => cancel && next())
        })
      }
      next()
      ready()
    },
    async stop() {
      cancel?.()
      cancel = undefined
    },
  }
}
