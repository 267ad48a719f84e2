import type { Clock } from '../platform/index.ts'

/** Lets few directories start at once: the first use of one costs the server up to a second in which it answers nobody. */
export interface StartGate {
  /**
   * Waits for a place; a directory that has started needs none.
   *
   * @returns what to call once the directory has started; it may be called again
   * @throws the signal's reason when it aborts while waiting
   */
  enter(directory: string, signal: AbortSignal): Promise<() => void>
  /** The directory was disposed: its next use is a first one again. */
  forget(directory: string): void
}

/** @param limitMs  a place is free again after this many milliseconds, whether or not the directory has started */
export function createStartGate(options: { clock: Clock; places: number; limitMs: number }): StartGate {
  const { clock, limitMs } = options
  const started = new Set<string>()
  const waiting: (() => void)[] = []
  let free = options.places

  const take = (directory: string): (() => void) => {
    let open = true
    const leave = (): void => {
      if (!open) return
      open = false
      cancelLimit()
      started.add(directory)
      free += 1
      waiting.shift()?.()
    }
    free -= 1
    const cancelLimit = clock.after(limitMs, leave)
    return leave
  }

  return {
    async enter(directory, signal) {
      signal.throwIfAborted()
      while (free === 0 && !started.has(directory)) {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const onAbort = (): void => reject(signal.reason)
        waiting.push(resolve)
        signal.addEventListener('abort', onAbort, { once: true })
        try {
          await promise
        } catch (error) {
          const place = waiting.indexOf(resolve)
          // Already called up: the place goes to the next.
          if (place === -1) waiting.shift()?.()
          else waiting.splice(place, 1)
          throw error
        } finally {
          signal.removeEventListener('abort', onAbort)
        }
      }
      return started.has(directory) ? () => {} : take(directory)
    },
    forget: (directory) => started.delete(directory),
  }
}
