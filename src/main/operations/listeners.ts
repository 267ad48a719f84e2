import type { Operation } from '../../shared/models/index.ts'

/** Hears of every change of an operation: a frozen copy, on a later microtask than the change. May return a promise: it gets the next change after that. */
export type OperationListener = (operation: Operation) => void | Promise<void>

/** Waiting changes of one listener beyond this many lose all but the newest of each still active operation; what is left may double before the next time. */
const MAX_WAITING = 1_000

interface Subscription {
  readonly listener: OperationListener
  queue: Operation[]
  /** How long the queue may grow. */
  limit: number
  draining: boolean
}

/**
 * Hands changes to listeners, each at its own pace.
 *
 * Every listener has a queue of its own, so one that throws, takes its time or unsubscribes in the middle harms nobody else. A queue that grows too long
 * drops outdated progress; endings are never dropped. One microtask serves all listeners of a change.
 */
export function createFanOut(onError: (error: unknown) => void) {
  const subscriptions = new Set<Subscription>()
  let scheduled = false

  const drain = (subscription: Subscription): void => {
    if (subscription.draining) return
    subscription.draining = true
    while (subscriptions.has(subscription)) {
      const next = subscription.queue.shift()
      if (!next) break
      try {
        const waiting = subscription.listener(next)
        // Most return nothing: a thousand promises for each change would cost more than all else.
        if (waiting) {
          const resume = (): void => {
            subscription.draining = false
            drain(subscription)
          }
          Promise.resolve(waiting).catch(onError).then(resume)
          return
        }
      } catch (error) {
        onError(error)
      }
    }
    subscription.draining = false
  }

  return {
    add(listener: OperationListener): () => void {
      const subscription: Subscription = { listener, queue: [], limit: MAX_WAITING, draining: false }
      subscriptions.add(subscription)
      return () => void subscriptions.delete(subscription)
    },
    send(operation: Operation): void {
      for (const subscription of subscriptions) {
        subscription.queue.push(operation)
        if (subscription.queue.length <= subscription.limit) continue
        subscription.queue = withoutOutdated(subscription.queue)
        subscription.limit = Math.max(MAX_WAITING, 2 * subscription.queue.length)
      }
      if (scheduled) return
      scheduled = true
      queueMicrotask(() => {
        scheduled = false
        for (const subscription of subscriptions) drain(subscription)
      })
    },
  }
}

/** Keeps every ending, and of each active operation only its newest change, in order. */
export function withoutOutdated(queue: readonly Operation[]): Operation[] {
  const newest = new Map(queue.map((operation) => [operation.id, operation]))
  return queue.filter((operation) => operation.state !== 'active' || newest.get(operation.id) === operation)
}
