import type { CollectionName, CollectionRow, LiveChange, LiveMessage, LiveState, Revision } from '../../shared/models/index.ts'
import { type Clock, deepFreeze } from '../platform/index.ts'

/** Changes are told in batches of this age in milliseconds, one revision a batch. */
const BATCH_MS = 25
/** How many batches can be resumed. An older revision gets a snapshot. */
const RESUMABLE = 500

/** The rows that every screen mirrors, with a revision. The one place that turns changes of the core into `watch` streams. */
export interface LiveView {
  /** Takes over one row, which is frozen and nobody may change any more, or takes the row away with null. */
  set<C extends CollectionName>(collection: C, key: string, value: CollectionRow<C> | null): void
  get<C extends CollectionName>(collection: C, key: string): CollectionRow<C> | undefined
  rows<C extends CollectionName>(collection: C): CollectionRow<C>[]
  snapshot(): { revision: Revision; state: LiveState }
  /** A snapshot, or nothing when `since` can be resumed, then changes in order. Ends when the signal aborts or the view closes. */
  watch(since: Revision | undefined, signal: AbortSignal): AsyncGenerator<LiveMessage, void>
  close(): void
}

/**
 * Creates the view.
 *
 * Changes of one batch are folded: the newest value of each row, so progress costs at most a row each batch whatever its rate, and an ending is never lost because it is
 * the newest. A watcher holds only its place in the ring of batches; one that falls out of the ring gets a new snapshot, so a slow reader costs no memory.
 */
export function createLiveView(instanceId: string, clock: Clock): LiveView {
  const state: { [C in CollectionName]: Map<string, CollectionRow<C>> } = {
    runs: new Map(),
    operations: new Map(),
    lanes: new Map(),
    projects: new Map(),
    inbox: new Map(),
    host: new Map(),
    settings: new Map(),
    workers: new Map(),
  }
  const batches: { readonly n: number; readonly changes: readonly LiveChange[] }[] = []
  const waiting = new Set<() => void>()
  let pending = new Map<string, LiveChange>()
  let n = 0
  let closed = false
  let cancelBatch: (() => void) | undefined

  const wakeAll = (): void => {
    for (const wake of waiting) wake()
    waiting.clear()
  }
  const publish = (): void => {
    cancelBatch?.()
    cancelBatch = undefined
    if (pending.size === 0) return
    batches.push({ n: ++n, changes: Object.freeze([...pending.values()]) })
    if (batches.length > RESUMABLE) batches.shift()
    pending = new Map()
    wakeAll()
  }
  const snapshot = (): { revision: Revision; state: LiveState } => {
    publish()
    const rows = Object.fromEntries(Object.entries(state).map(([name, map]) => [name, [...map.values()]])) as unknown as LiveState
    return { revision: { instanceId, n }, state: rows }
  }
  const canResume = (since: Revision): boolean => since.instanceId === instanceId && since.n <= n && since.n >= (batches[0]?.n ?? n + 1) - 1

  return {
    set(collection, key, value) {
      const rows = state[collection] as Map<string, unknown>
      if (value === null) {
        if (!rows.delete(key)) return
      } else rows.set(key, deepFreeze(value))
      const id = `${collection}/${key}`
      // Deleted and set again: the newest change belongs last, or a mirror would see the order of two rows turned round.
      pending.delete(id)
      pending.set(id, Object.freeze({ collection, key, value }) as LiveChange)
      cancelBatch ??= clock.after(BATCH_MS, publish)
    },
    get: (collection, key) => state[collection].get(key) as never,
    rows: (collection) => [...state[collection].values()] as never,
    snapshot,
    async *watch(since, signal) {
      let seen = since && canResume(since) ? since.n : -1
      let wake = (): void => {}
      const onAbort = (): void => wake()
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        while (!signal.aborted && !closed) {
          if (seen < 0 || seen < (batches[0]?.n ?? n + 1) - 1) {
            const whole = snapshot()
            seen = whole.revision.n
            yield { type: 'snapshot', ...whole }
          } else if (seen < n) {
            const batch = batches[batches.length - (n - seen)]!
            seen = batch.n
            yield { type: 'changes', revision: { instanceId, n: seen }, changes: batch.changes }
          } else {
            await new Promise<void>((resolve) => {
              wake = resolve
              waiting.add(resolve)
            })
            waiting.delete(wake)
          }
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
        waiting.delete(wake)
      }
    },
    close() {
      closed = true
      cancelBatch?.()
      wakeAll()
    },
  }
}
