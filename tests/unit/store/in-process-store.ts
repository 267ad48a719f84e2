import type { OperationHistoryStore } from '../../../src/main/operations/history-store.ts'
import type { RunStore } from '../../../src/main/runs/store-port.ts'
import { MIGRATIONS } from '../../../src/main/store/migrations/index.ts'
import { Connection } from '../../../src/main/store/sqlite/connection.ts'
import { migrate } from '../../../src/main/store/sqlite/migrate.ts'
import { toAppError } from '../../../src/main/store/sqlite/port-client.ts'
import type { Answer } from '../../../src/main/store/sqlite/protocol.ts'
import { performRead } from '../../../src/main/store/sqlite/reader.ts'
import { READS } from '../../../src/main/store/sqlite/reads.ts'
import { performWrites } from '../../../src/main/store/sqlite/writer.ts'
import { WRITES } from '../../../src/main/store/sqlite/writes.ts'

export interface InProcessStore {
  readonly db: Connection
  readonly store: Omit<RunStore & OperationHistoryStore, 'subscribe' | 'loadOperations'>
}

const readAnswer = (answer: Answer): unknown => {
  const [reply] = answer.replies
  if (reply?.ok) return reply.value
  throw toAppError(reply!.error)
}

/** The same writer and reader without their threads, on one connection: to look inside, and to be fast. */
export const openInProcess = (file = ':memory:', options: { busyTimeoutMs?: number } = {}): InProcessStore => {
  const db = new Connection(file, options)
  migrate(db, file, MIGRATIONS)
  const writes = Object.keys(WRITES).map((method) => [
    method,
    async (...args: unknown[]) => readAnswer(performWrites(db, [{ id: 1, method, args }])),
  ])
  const reads = Object.keys(READS).map((method) => [
    method,
    async (...args: unknown[]) => readAnswer(performRead(db, { id: 1, method, args })),
  ])
  const close = async (): Promise<void> => db.close()
  return { db, store: { ...Object.fromEntries([...writes, ...reads]), close } as unknown as InProcessStore['store'] }
}
