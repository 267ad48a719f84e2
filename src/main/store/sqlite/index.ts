/** The default store: SQLite in one file, a thread that writes and a thread that reads. */
export { openSqliteStore, type SqliteStore } from './open.ts'
export type { Answer, Call, Reply } from './protocol.ts'
