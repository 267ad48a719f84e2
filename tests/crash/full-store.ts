/**
 * Loaded into a host before its own program (`node --import`): its database may not grow while the file `STORE_FULL_WHILE` exists, as on a full disk, and
 * may not be written at all while `STORE_READ_ONLY_WHILE` exists: SQLite itself refuses. While `STORE_BREAKS_WHILE` exists the thread that writes ends
 * with an error that nobody expects.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

const { STORE_FULL_WHILE = '', STORE_READ_ONLY_WHILE = '', STORE_BREAKS_WHILE = '' } = process.env
const NO_LIMIT = 2 ** 30

if (workerData?.role === 'writer') {
  const { prepare } = DatabaseSync.prototype
  const run = StatementSync.prototype.run as (...values: unknown[]) => ReturnType<StatementSync['run']>
  let database: DatabaseSync
  DatabaseSync.prototype.prepare = function (...args) {
    database = this
    return prepare.apply(this, args)
  }
  StatementSync.prototype.run = function (this: StatementSync, ...values: unknown[]) {
    if (this.sourceSQL === 'BEGIN IMMEDIATE') {
      if (existsSync(STORE_BREAKS_WHILE)) {
        setImmediate(() => {
          throw new Error('a bug')
        })
      }
      // One page is the same as what there is: SQLite never cuts.
      database.exec(`PRAGMA max_page_count = ${existsSync(STORE_FULL_WHILE) ? 1 : NO_LIMIT}`)
      database.exec(`PRAGMA query_only = ${existsSync(STORE_READ_ONLY_WHILE) ? 1 : 0}`)
    }
    return run.apply(this, values)
  }
}
