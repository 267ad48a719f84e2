import type { BreakerState, WorkerOptions } from './worker.ts'

const FIRST_PROBE_MS = 60_000
const LAST_PROBE_MS = 300_000

/**
 * Counts crashes and says when to stop trying.
 *
 * `closed` → `open` at the crash that is one too many within the window → `half-open` at a probe → `closed` after a stable run, or `open` again
 * after a crash. Closing does not empty the window: the next crash may open it at once. Each opening doubles the pause before the probe, from
 * 1 to 5 min; a window without a crash starts that over.
 */
export interface Breaker {
  readonly state: BreakerState
  /** Counts a crash at `now`, whatever comes of it. */
  count(now: number): void
  /** Counts a crash at `now`; returns the milliseconds until the next probe, or null while the breaker stays closed. */
  crashed(now: number): number | null
  /** A trial begins. */
  probe(): void
  /** A run was stable. */
  stable(): void
  /** Forgets everything. */
  reset(): void
}

export function createBreaker({ maxRestarts, circuitWindowMs }: Pick<WorkerOptions, 'maxRestarts' | 'circuitWindowMs'>): Breaker {
  let state: BreakerState = 'closed'
  let crashes: number[] = []
  let openings = 0

  const count = (now: number): void => {
    crashes = crashes.filter((at) => at > now - circuitWindowMs)
    if (crashes.length === 0) openings = 0
    crashes.push(now)
  }
  return {
    get state() {
      return state
    },
    count,
    crashed(now) {
      const onTrial = state === 'half-open'
      count(now)
      if (!onTrial && crashes.length <= maxRestarts) return null
      state = 'open'
      const pause = Math.min(FIRST_PROBE_MS * 2 ** openings, LAST_PROBE_MS)
      openings += 1
      return pause
    },
    probe() {
      if (state === 'open') state = 'half-open'
    },
    stable() {
      state = 'closed'
    },
    reset() {
      state = 'closed'
      crashes = []
      openings = 0
    },
  }
}
