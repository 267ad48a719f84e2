import type { Clock, Logger } from '../platform/index.ts'
import type { RunStore } from '../runs/index.ts'
import type { Worker } from '../supervision/index.ts'
import { createPoller } from './poller.ts'

const SWEEP_MS = 15_000

/**
 * Requeues runs whose lease has lapsed, every 15 seconds.
 *
 * After a jump of the clock nothing is swept until one full lease later: the living renew their leases first, and time asleep is nobody's fault.
 */
export function createSweeper(deps: {
  store: Pick<RunStore, 'sweep'>
  clock: Clock
  logger: Logger
  random: () => number
  leaseMs?: number
}): Worker {
  const { store, clock, logger, leaseMs = 60_000 } = deps
  let notBefore = 0
  return createPoller({
    name: 'Sweeper',
    everyMs: SWEEP_MS,
    failed: 'sweeping failed; it is tried again',
    clock,
    logger,
    async look(now, jumped) {
      if (jumped) notBefore = now + leaseMs
      if (now < notBefore) return
      const swept = await store.sweep(now, deps.random())
      if (swept.length) logger.warn({ runIds: swept.map((run) => run.id) }, 'runs with a lapsed lease were taken back')
    },
  })
}
