import type { Clock } from './ports.ts'

/** The longest delay a Node timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * The machine's own time.
 *
 * A delay above 24.8 days fires early, and any timer may fire late after the machine slept: compare `now()` with the stored moment when it fires.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(ms, 0), MAX_TIMER_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
