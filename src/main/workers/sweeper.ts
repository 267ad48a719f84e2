import type { Clock, Logger } from '../platform/index.ts'
import type { RunStore } from '../runs/index.ts'
import type { Worker } from '../supervision/index.ts'
import { isStoreUnavailable } from './store-faults.ts'

const SWEEP_MS = 15_000
/** A gap between two sweeps longer than this beyond their interval is a machine that slept, or a clock that was set. */
const JUMP_MS = 30_000

/**
 * Requeues runs whose lease has lapsed, every 15 seconds.
 *
 * After a jump of the clock nothing is swept until one full lease later: the living renew their leases first, and time asleep is nobody's fault.
 * A sweep that fails for another reason than the store is a crash.
 */
export function createSweeper(deps: { store: RunStore; clock: Clock; logger: Logger; random: () => number; leaseMs?: number }): Worker {
  const { store, clock, logger, leaseMs = 60_000 } = deps
  let lookedAt = clock.now()
  let notBefore = 0
  let cancel: (() => void) | undefined

  const look = async (): Promise<void> => {
    const now = clock.now()
    if (Math.abs(now - lookedAt - SWEEP_MS) > JUMP_MS) notBefore = now + leaseMs
    lookedAt = now
    if (now < notBefore) return
    const swept = await store.sweep(now, deps.random())
    if (swept.length) logger.warn({ runIds: swept.map((run) => run.id) }, 'runs with a lapsed lease were taken back')
  }
  return {
    name: 'Sweeper',
    start({ ready, crashed }) {
      lookedAt = clock.now()
      const next = (): void => {
        cancel = clock.after(SWEEP_MS, () => {
          look()
            .catch((error: unknown) => {
              if (isStoreUnavailable(error)) logger.warn({ error }, 'sweeping failed; it is tried again')
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
