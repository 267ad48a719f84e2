/** Waits longer after each failure. */
export interface Backoff {
  /** Resolves after the next delay, or as soon as the signal aborts or `cut` is called. */
  wait(signal?: AbortSignal): Promise<void>
  /** Ends a wait that is under way. */
  cut(): void
  /** The next delay is the first one again. */
  reset(): void
}

/**
 * Doubles from `firstMs` up to `maxMs`, each delay shortened at random by up to a half, so that many pages do not come back at one moment.
 */
export function createBackoff(firstMs = 200, maxMs = 5_000): Backoff {
  let delay = firstMs
  let finish = (): void => {}
  return {
    wait: (signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => finish(), delay * (0.5 + 0.5 * Math.random()))
        delay = Math.min(delay * 2, maxMs)
        finish = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', finish)
          resolve()
        }
        signal?.addEventListener('abort', finish, { once: true })
        if (signal?.aborted) finish()
      }),
    cut: () => finish(),
    reset() {
      delay = firstMs
    },
  }
}
