import { ExponentialBackoff } from 'cockatiel'

export const MIN_BACKOFF_MS = 1_000
export const MAX_BACKOFF_MS = 300_000

/** Delays that grow with each crash. */
export interface Backoff {
  /** Milliseconds to wait before the next start: about 1, 2, 4, 8 s and so on with jitter, never outside 1 s to 5 min. */
  next(): number
  /** Starts over at the shortest delay. */
  reset(): void
}

export function createBackoff(): Backoff {
  const policy = new ExponentialBackoff({ initialDelay: MIN_BACKOFF_MS, maxDelay: MAX_BACKOFF_MS, exponent: 2 })
  let last: ReturnType<typeof policy.next> | undefined
  return {
    next() {
      last = last ? last.next(undefined) : policy.next()
      // The library's jitter starts at a few milliseconds, which is no pause for something that takes a second to start.
      return Math.round(Math.min(Math.max(last.duration, MIN_BACKOFF_MS), MAX_BACKOFF_MS))
    },
    reset() {
      last = undefined
    },
  }
}
