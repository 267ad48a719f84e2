import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { AppError } from '../../../shared/models/index.ts'
import type { OperationHistoryStore } from '../../operations/history-store.ts'
import { type Logger, silentLogger } from '../../platform/index.ts'
import type { RunStore } from '../../runs/store-port.ts'
import { createFeed } from './feed.ts'
import { parseOperations, parseQuery } from './parse.ts'
import type { Role } from './protocol.ts'
import { type StoreThread, startThread } from './thread-client.ts'

/** The SQLite store. */
export interface SqliteStore extends RunStore, OperationHistoryStore {
  /**
   * A line of its own to the writer, to be transferred to another thread: its calls never cross the main loop.
   *
   * Post `{ id, method, args }` with a write method of the store (`heartbeat`); the answer is `{ changes: [], replies: [{ id, ok, value | error }] }`,
   * where `error` is `{ code, message, data? }`. Listeners of `subscribe` hear of what it changed. The port closes with the store.
   */
  connectWriterPort(): MessagePort
}

const WRITES = [
  'enqueue',
  'claim',
  'heartbeat',
  'complete',
  'release',
  'updateRun',
  'updateStep',
  'appendEvents',
  'cancel',
  'control',
  'markStep',
  'timeOut',
  'fence',
  'waitLonger',
  'awaitReconnect',
  'reconnected',
  'reconnectsDue',
  'retry',
  'resume',
  'dismiss',
  'move',
  'updateLane',
  'sweep',
  'rescue',
  'saveInstance',
  'saveOperation',
  'deleteOperations',
] as const satisfies readonly (keyof SqliteStore)[]
const READS = [
  'get',
  'byKey',
  'board',
  'attempts',
  'events',
  'lanes',
  'withStatus',
  'dueSteps',
  'fencesDue',
  'instances',
] as const satisfies readonly (keyof SqliteStore)[]

/** Carries a call to one of the two threads. */
export type CallThread = (role: Role, method: string, args: readonly unknown[]) => Promise<unknown>

/** Every method that is a call of a thread. */
export type StoreCalls = Omit<SqliteStore, 'subscribe' | 'connectWriterPort' | 'close'>

/** Makes the methods of a store from a way to call its threads. */
export const createStoreCalls = (call: CallThread, logger: Logger): StoreCalls => {
  const methodsOf = (role: Role, methods: readonly string[]): object =>
    Object.fromEntries(methods.map((method) => [method, (...args: unknown[]) => call(role, method, args)]))
  return {
    ...methodsOf('writer', WRITES),
    ...methodsOf('reader', READS),
    list: async (query: unknown) => call('reader', 'list', [parseQuery(query)]),
    loadOperations: async () => parseOperations((await call('reader', 'loadOperations', [])) as string[], logger),
  } as unknown as StoreCalls
}

/** Makes a line of its own to a writer. */
export const connectPort = ({ client }: StoreThread): MessagePort => {
  const { port1, port2 } = new MessageChannel()
  client.post({ connect: port2 }, [port2])
  return port1
}

/**
 * Opens the database file, makes it when there is none, and migrates an older one.
 *
 * A damaged, foreign or newer file is refused and stays as it is.
 *
 * @param options.file  in a folder that exists and that no other host uses
 * @param options.onFatal  a store thread died; every call is rejected from then on. Called at most once
 * @throws AppError STORE_UNAVAILABLE
 */
export const openSqliteStore = async (options: {
  file: string
  logger?: Logger
  onFatal?: (error: Error) => void
}): Promise<SqliteStore> => {
  const { file, logger = silentLogger, onFatal } = options
  const feed = createFeed(logger)
  const broken = (error: AppError): void => {
    logger.error({ error }, 'a store thread died')
    for (const start of starts) start.stop(error)
    onFatal?.(error)
  }
  const mistake = (error: AppError): void => logger.error({ error }, 'the store made a mistake')
  const starts = (['writer', 'reader'] as const).map((role) => startThread(role, file, { change: feed.hand, mistake, broken }))
  try {
    const [writer, reader] = [await starts[0]!.open(), await starts[1]!.open()]
    const { migration } = writer
    if (migration && migration.from !== migration.to) logger.info(migration, 'the database was migrated')
    const threads = { writer, reader }
    return {
      ...createStoreCalls((role, method, args) => threads[role].client.call(method, args), logger),
      subscribe: feed.subscribe,
      connectWriterPort: () => connectPort(writer),
      close: async () => {
        // The writer goes last: the last connection folds the write-ahead log into the file.
        await reader.close()
        await writer.close()
      },
    }
  } catch (error) {
    for (const start of starts) start.stop(error as AppError)
    throw error
  }
}
