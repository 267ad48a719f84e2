import { rmSync } from 'node:fs'
import type { Migration } from '../migrations/index.ts'
import type { Connection } from './connection.ts'
import { Refusal } from './faults.ts'

/** Marks a file as ours: "OCRm" in the file's header. */
const APPLICATION_ID = 0x4f43526d

/** What a migration did: versions before and after (0 is an empty file), and where the old file was kept. */
export interface MigrationReport {
  readonly from: number
  readonly to: number
  readonly copy: string | null
}

/** A file that was not made by this application or by a newer one is refused and left as it is. */
const currentVersion = (db: Connection, latest: number): number => {
  const { application } = db.one<{ application: number }>('SELECT application_id AS application FROM pragma_application_id')!
  const { tables } = db.one<{ tables: number }>('SELECT count(*) AS tables FROM sqlite_schema')!
  if (tables === 0) return 0
  if (application !== APPLICATION_ID) {
    throw new Refusal('STORE_UNAVAILABLE', 'The database file belongs to another program. Choose another data folder.')
  }
  const { version } = db.one<{ version: number }>('SELECT coalesce(max(version), 0) AS version FROM schema_migrations')!
  if (version > latest) {
    throw new Refusal(
      'STORE_UNAVAILABLE',
      `The database was made by a newer version of this app (schema ${version}; this one knows ${latest}). Update the app or choose another data folder.`,
      { version, latest },
    )
  }
  return version
}

/** Keeps the file as it is now, in one consistent piece. A copy left by an attempt that failed is replaced. */
const keepCopy = (db: Connection, file: string, version: number): string => {
  const copy = `${file}.v${version}`
  rmSync(copy, { force: true })
  db.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`)
  return copy
}

const apply = (db: Connection, { version, name, sql }: Migration): void =>
  db.write('full', () => {
    if (version === 1) {
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
      db.exec('CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT')
    }
    db.exec(sql)
    if (db.all('PRAGMA foreign_key_check').length > 0) throw new Error(`migration ${version} leaves rows that belong to nothing`)
    db.exec(`INSERT INTO schema_migrations VALUES (${version}, '${name}', CAST(unixepoch('subsec') * 1000 AS INTEGER))`)
  })

/**
 * Brings the database to the newest version, each step in a transaction of its own, and turns the write-ahead log on.
 *
 * An existing older database is copied to `<file>.v<version>` first. Foreign keys rest meanwhile, so that a table can be made again, and are checked before
 * each commit.
 *
 * @throws Refusal STORE_UNAVAILABLE for a foreign or newer file, which stays untouched
 */
export const migrate = (db: Connection, file: string, migrations: readonly Migration[]): MigrationReport => {
  const latest = migrations.at(-1)?.version ?? 0
  const from = currentVersion(db, latest)
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('PRAGMA journal_size_limit = 67108864')
  db.exec('PRAGMA cache_size = -16384')
  const copy = from > 0 && from < latest ? keepCopy(db, file, from) : null
  db.exec('PRAGMA foreign_keys = OFF')
  for (const migration of migrations) if (migration.version > from) apply(db, migration)
  db.exec('PRAGMA foreign_keys = ON')
  return { from, to: latest, copy }
}
