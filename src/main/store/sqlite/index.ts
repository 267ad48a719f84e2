/** The default store: SQLite in one file, a thread that writes and a thread that reads. */
export { createFeed } from './feed.ts'
export { connectPort, createStoreCalls, openSqliteStore, type SqliteStore } from './open.ts'
export type { Answer, Call, Reply, Role } from './protocol.ts'
export { type StoreThread, startThread, type ThreadEvents, type ThreadStart } from './thread-client.ts'
