import { AppError } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import { connectPort, createFeed, createStoreCalls, type Role, type SqliteStore } from '../store/sqlite/index.ts'
import type { Worker } from '../supervision/index.ts'
import { createRestartableThread } from './restartable-thread.ts'

/** A store that outlives its threads. */
export interface RestartableStore {
  /** The same for as long as the host lives. While the thread that a call needs is gone, the call is rejected with STORE_UNAVAILABLE. */
  readonly store: SqliteStore
  /** `Store`, which writes, and `Store reader`: each is started again on the same file when it dies, and the other goes on meanwhile. */
  readonly workers: readonly Worker[]
  /** Called each time one of them was started again: changes may have been missed. Returns what ends it. */
  onReopened(listener: (role: Role) => void): () => void
}

/**
 * Opens the database file and keeps it open, by way of the workers, across the death of a store thread.
 *
 * No call is left in doubt by a death: what was committed is answered, and what is rejected with STORE_UNAVAILABLE is not stored and may be asked again.
 * Subscriptions last.
 *
 * @throws AppError STORE_UNAVAILABLE when the first opening fails
 */
export async function openRestartableStore(options: { file: string; clock: Clock; logger: Logger }): Promise<RestartableStore> {
  const { file, clock, logger } = options
  const feed = createFeed(logger)
  const reopened = new Set<(role: Role) => void>()
  const make = (name: string, role: Role) =>
    createRestartableThread({
      name,
      role,
      file,
      clock,
      logger,
      onChange: feed.hand,
      onReopened: () => {
        for (const listener of [...reopened]) listener(role)
      },
    })
  const threads = { writer: make('Store', 'writer'), reader: make('Store reader', 'reader') }
  let closed = false

  const current = (role: Role) => {
    const thread = threads[role].current()
    if (thread) return thread
    throw closed
      ? new AppError('STORE_UNAVAILABLE', 'The store is closed.')
      : new AppError('STORE_UNAVAILABLE', 'The store is being started again. What it confirmed is stored; try again in a moment.')
  }
  try {
    const migration = await threads.writer.open()
    if (migration && migration.from !== migration.to) logger.info(migration, 'the database was migrated')
    await threads.reader.open()
  } catch (error) {
    await Promise.all([threads.reader.close(), threads.writer.close()])
    throw error
  }
  return {
    store: {
      ...createStoreCalls(async (role, method, args) => current(role).client.call(method, args), logger),
      subscribe: feed.subscribe,
      connectWriterPort: () => connectPort(current('writer')),
      async close() {
        closed = true
        // The writer goes last: the last connection folds the write-ahead log into the file.
        await threads.reader.close()
        await threads.writer.close()
      },
    },
    workers: [threads.writer.worker, threads.reader.worker],
    onReopened(listener) {
      reopened.add(listener)
      return () => reopened.delete(listener)
    },
  }
}
