import { setImmediate as settle } from 'node:timers/promises'
import type { Clock } from '../../src/main/platform/index.ts'

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms`, firing what is due in order of its moment; promises settle before each next timer. */
  advance(ms: number): Promise<void>
  /** Puts the time to a moment, back or forth, without firing anything: a clock that jumped. Timers fire with the next `advance`. */
  set(ms: number): void
  /** How many timers are waiting. */
  readonly timers: number
}

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** @param start  UTC epoch milliseconds, some moment in 2026 when left out */
export function createManualClock(start = Date.UTC(2026, 0, 5, 12)): ManualClock {
  let now = start
  // In order of registration, which decides between timers of one moment.
  const waiting = new Set<Timer>()

  const takeDue = (until: number): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of waiting) if (timer.at <= until && (!first || timer.at < first.at)) first = timer
    if (first) waiting.delete(first)
    return first
  }
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + Math.max(ms, 0), run }
      waiting.add(timer)
      return () => waiting.delete(timer)
    },
    async advance(ms) {
      const until = now + ms
      await settle()
      for (let timer = takeDue(until); timer; timer = takeDue(until)) {
        now = Math.max(now, timer.at)
        timer.run()
        await settle()
      }
      now = Math.max(now, until)
    },
    set(ms) {
      now = ms
    },
    get timers() {
      return waiting.size
    },
  }
}
