import type { Clock, Logger } from '../platform/index.ts'
import type { Worker } from '../supervision/index.ts'
import { isStoreUnavailable } from './store-faults.ts'

/** A gap between two looks longer than this beyond their interval is a machine that slept, or a clock that was set. */
const JUMP_MS = 30_000

/**
 * Makes a worker that looks at the store again and again, one look after the other.
 *
 * A store that cannot be reached is looked at again the next time; a look that fails for another reason is a crash, after which it looks no more.
 *
 * @param options.look told the time, and whether the clock jumped since the look before
 * @param options.failed what to log when the store could not be reached
 */
export function createPoller(options: {
  name: string
  everyMs: number
  look: (now: number, jumped: boolean) => Promise<void>
  failed: string
  clock: Clock
  logger: Logger
}): Worker {
  const { name, everyMs, clock, logger } = options
  /** Grows with each start and stop: a look that comes back after them plans nothing. */
  let turn = 0
  let lookedAt = 0
  let cancel: (() => void) | undefined
  let looking: Promise<void> = Promise.resolve()

  const look = (): Promise<void> => {
    const now = clock.now()
    const jumped = Math.abs(now - lookedAt - everyMs) > JUMP_MS
    lookedAt = now
    return options.look(now, jumped)
  }
  return {
    name,
    start({ ready, crashed }) {
      const own = ++turn
      lookedAt = clock.now()
      const plan = (): void => {
        if (own === turn) cancel = clock.after(everyMs, lookOnce)
      }
      const lookOnce = (): void => {
        looking = look().then(plan, (error: unknown) => {
          if (isStoreUnavailable(error)) {
            logger.warn({ error }, options.failed)
            plan()
          } else if (own === turn) {
            crashed(error)
          }
        })
      }
      plan()
      ready()
    },
    async stop() {
      turn += 1
      cancel?.()
      await looking
    },
  }
}
