import { deepFreeze, type Logger } from '../../platform/index.ts'
import type { StoreChange } from '../../runs/store-port.ts'

/** Hands every change to every listener, in commit order. They share one frozen copy; one that throws harms nobody. */
export const createFeed = (logger: Logger) => {
  const listeners = new Set<(change: StoreChange) => void>()
  return {
    hand: (change: StoreChange): void => {
      deepFreeze(change)
      for (const listener of [...listeners]) {
        try {
          listener(change)
        } catch (error) {
          logger.error({ error }, 'a listener of the store threw')
        }
      }
    },
    subscribe: (listener: (change: StoreChange) => void): (() => void) => {
      // Wrapped, so that a function that subscribes twice is called twice and leaves one at a time.
      const own = (change: StoreChange): void => listener(change)
      listeners.add(own)
      return () => listeners.delete(own)
    },
  }
}
