import { AppError } from '../../shared/models/index.ts'
import type { Logger } from '../platform/index.ts'
import type { StoreChange } from '../runs/index.ts'
import { openSqliteStore, type SqliteStore } from '../store/sqlite/index.ts'
import type { Worker, WorkerContext } from '../supervision/index.ts'

/** A store that outlives its threads. */
export interface RestartableStore {
  /** The same for as long as the host lives. While its threads are gone every call is rejected with STORE_UNAVAILABLE. */
  readonly store: SqliteStore
  /** The threads. When one dies the other goes with it, and both are started again on the same file. */
  readonly worker: Worker
  /** Called each time the threads were started again: changes may have been missed. Returns what ends it. */
  onReopened(listener: () => void): () => void
}

/** One pair of threads. */
interface Life {
  readonly store: SqliteStore
  broken: boolean
}

/**
 * Opens the database file and keeps it open, by way of the worker, across the death of a store thread.
 *
 * Whatever was called and not answered when a thread died is rejected: it may be stored or not, as with any lost answer. Subscriptions last.
 *
 * @throws AppError STORE_UNAVAILABLE when the first opening fails
 */
export async function openRestartableStore(options: { file: string; logger: Logger }): Promise<RestartableStore> {
  const { file, logger } = options
  const listeners = new Set<(change: StoreChange) => void>()
  const reopened = new Set<() => void>()
  let life: Life | null = null
  /** Threads that are gone or going. */
  let ending: Promise<void> = Promise.resolve()
  let context: WorkerContext | null = null
  let closed = false
  /** Grows with each start and stop: an opening that ends after the next of them is undone. */
  let turn = 0

  const end = (old: Life | null): void => {
    if (old) ending = Promise.all([ending, old.store.close()]).then(() => {})
  }
  const died = (mine: Life, error: Error): void => {
    mine.broken = true
    if (life !== mine) return
    life = null
    end(mine)
    context?.crashed(error)
  }
  const open = async (): Promise<Life> => {
    let mine: Life | null = null
    let early: Error | null = null
    const store = await openSqliteStore({
      file,
      logger,
      onFatal(error) {
        if (mine) died(mine, error)
        else early = error
      },
    })
    if (early) {
      await store.close()
      throw early
    }
    store.subscribe((change) => {
      for (const listener of [...listeners]) listener(change)
    })
    mine = { store, broken: false }
    return mine
  }
  const reopen = async (): Promise<void> => {
    const own = turn
    await ending
    const mine = await open()
    if (own !== turn) {
      await mine.store.close()
      return
    }
    life = mine
    for (const listener of [...reopened]) listener()
  }

  const unavailable = (cause?: unknown): AppError =>
    closed
      ? new AppError('STORE_UNAVAILABLE', 'The store is closed.')
      : new AppError('STORE_UNAVAILABLE', 'The store is being started again. What it confirmed is stored; try again in a moment.', {
          cause,
        })
  const call =
    (name: keyof SqliteStore) =>
    (...args: unknown[]): unknown => {
      const now = life
      if (!now) return Promise.reject(unavailable())
      const answer = (now.store[name] as (...args: unknown[]) => unknown)(...args)
      if (!(answer instanceof Promise)) return answer
      return answer.catch((error: unknown) => {
        throw now.broken ? unavailable(error) : error
      })
    }

  const first = await open()
  life = first
  const close = async (): Promise<void> => {
    turn += 1
    const old = life
    life = null
    end(old)
    await ending
  }
  return {
    store: {
      ...(Object.fromEntries(Object.keys(first.store).map((name) => [name, call(name as keyof SqliteStore)])) as unknown as SqliteStore),
      subscribe(listener) {
        // Wrapped, so that a function that subscribes twice is called twice and leaves one at a time.
        const own = (change: StoreChange): void => {
          try {
            listener(change)
          } catch (error) {
            logger.error({ error }, 'a listener of the store threw')
          }
        }
        listeners.add(own)
        return () => listeners.delete(own)
      },
      connectWriterPort() {
        if (!life) throw unavailable()
        return life.store.connectWriterPort()
      },
      async close() {
        closed = true
        await close()
      },
    },
    worker: {
      name: 'Store',
      start(given) {
        context = given
        // The first start takes what was opened before anything else could be built.
        if (life) return given.ready()
        turn += 1
        reopen().then(given.ready, given.crashed)
      },
      stop: close,
    },
    onReopened(listener) {
      reopened.add(listener)
      return () => reopened.delete(listener)
    },
  }
}
