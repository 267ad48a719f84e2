import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, test } from 'vitest'
import { MIGRATIONS, type Migration } from '../../../src/main/store/migrations/index.ts'
import { Connection } from '../../../src/main/store/sqlite/connection.ts'
import { toPlainError } from '../../../src/main/store/sqlite/faults.ts'
import { openSqliteStore } from '../../../src/main/store/sqlite/index.ts'
import { type MigrationReport, migrate } from '../../../src/main/store/sqlite/migrate.ts'
import { aRun, claimOf, endingOf, leaseOf, T } from '../../contract/store-suite/harness.ts'
import { tempFolder } from '../../support/temp.ts'

let file: string
beforeEach(() => {
  file = join(tempFolder('store'), 'queue.db')
})

const FIXTURES = join(import.meta.dirname, '../../fixtures/schema')
const NEXT: Migration = {
  version: MIGRATIONS.length + 1,
  name: 'next',
  sql: 'CREATE TABLE later (id TEXT) STRICT; INSERT INTO later VALUES (1);',
}

/** Migrates `file` and closes it again; an error comes back as it would leave the store. */
const migrateFile = (migrations: readonly Migration[]): MigrationReport | { code: string; message: string } => {
  let db: Connection | undefined
  try {
    db = new Connection(file)
    return migrate(db, file, migrations)
  } catch (error) {
    return toPlainError(error)
  } finally {
    db?.close()
  }
}

/** The schema as text, in an order in which it can be made again. */
const describeSchema = (path: string): string => {
  const db = new DatabaseSync(path, { readOnly: true })
  const rows = db.prepare(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type <> 'table', type, name`).all()
  db.close()
  return `${rows.map((row) => `${row.sql};`).join('\n\n')}\n`
}

test('an empty folder gets the newest schema, and a second start finds it there', () => {
  expect(migrateFile(MIGRATIONS)).toEqual({ from: 0, to: MIGRATIONS.length, copy: null })
  expect(migrateFile(MIGRATIONS)).toEqual({ from: MIGRATIONS.length, to: MIGRATIONS.length, copy: null })
})

test('migrations are numbered from 1 without gaps', () => {
  expect(MIGRATIONS.map((migration) => migration.version)).toEqual(MIGRATIONS.map((_, index) => index + 1))
})

test.each(MIGRATIONS)('the schema of version $version is the one that was released', async ({ version }) => {
  migrateFile(MIGRATIONS.slice(0, version))
  await expect(describeSchema(file)).toMatchFileSnapshot(join(FIXTURES, `${String(version).padStart(4, '0')}.sql`))
})

test.each(MIGRATIONS)('a database of version $version is upgraded with everything in it', async ({ version }) => {
  const old = new DatabaseSync(file)
  old.exec(readFileSync(join(FIXTURES, `${String(version).padStart(4, '0')}.sql`), 'utf8'))
  old.exec(readFileSync(join(FIXTURES, `${String(version).padStart(4, '0')}-rows.sql`), 'utf8'))
  old.close()

  const store = await openSqliteStore({ file })

  expect(await store.lanes()).toMatchObject([
    { name: 'A', limit: 4, queued: 1, running: 1 },
    { name: 'B', paused: true },
    { name: 'C' },
    { name: 'D', limit: 1 },
  ])
  expect((await store.list({ limit: 10 })).runs.map((run) => [run.id, run.status])).toEqual([
    ['r3', 'failed'],
    ['r2', 'running'],
    ['r1', 'queued'],
  ])
  expect(await store.get('r3')).toMatchObject({
    error: { code: 'BROKEN' },
    attempt: 1,
    cost: 0.5,
    steps: [{ op: 'agent', params: { prompt: 'hi' } }],
  })
  expect(await store.events('r3', 0, 10)).toMatchObject([{ seq: 1, message: 'Queued in lane A.', data: { status: 'queued' } }])
  expect(await store.instances()).toMatchObject([{ instanceId: 'i1', pid: 42 }])
  expect(await store.sweep(T + 60_000, 0)).toMatchObject([{ id: 'r2', status: 'queued', lost: 1 }])
  expect(await store.claim(claimOf())).toMatchObject([
    { id: 'r1', attempt: 1 },
    { id: 'r2', attempt: 2 },
  ])
  await store.close()
})

test('a run that was being cancelled when version 1 ended still ends, with all that belongs to it', async () => {
  const old = new DatabaseSync(file)
  for (const part of ['0001.sql', '0001-rows.sql']) old.exec(readFileSync(join(FIXTURES, part), 'utf8'))
  old.exec(`UPDATE runs SET status = 'cancelling', cancel_mode = 'kill', cancel_signal = 'SIGTERM' WHERE id = 'r2'`)
  old.close()

  const store = await openSqliteStore({ file })
  const rescued = await store.sweep(T + 3_600_000, 0)
  expect(rescued).toMatchObject([{ id: 'r2', status: 'cancelled', outcome: 'killed', steps: [{ status: 'cancelled' }] }])
  expect(await store.attempts('r2')).toHaveLength(1)
  expect((await store.lanes())[0]).toMatchObject({ queued: 1, running: 0 })
  await store.close()
})

test('a migration that leaves rows without what they belong to is undone', () => {
  migrateFile(MIGRATIONS)
  const orphan = { ...NEXT, sql: `INSERT INTO run_steps (run_id, step, op, name) VALUES ('nobody', 0, 'shell', 'shell');` }
  expect(migrateFile([...MIGRATIONS, orphan])).toMatchObject({ code: 'INTERNAL' })
  expect(migrateFile(MIGRATIONS)).toMatchObject({ from: MIGRATIONS.length })
})

test('an older database is copied before it is migrated', () => {
  migrateFile(MIGRATIONS)
  const before = describeSchema(file)
  const copy = `${file}.v${MIGRATIONS.length}`
  writeFileSync(copy, 'left by an attempt that failed')

  expect(migrateFile([...MIGRATIONS, NEXT])).toEqual({ from: MIGRATIONS.length, to: NEXT.version, copy })

  expect(describeSchema(copy)).toBe(before)
  expect(describeSchema(file)).toContain('CREATE TABLE later')
})

test('a migration that fails leaves the version before it', () => {
  migrateFile(MIGRATIONS)
  const broken = { ...NEXT, version: NEXT.version + 1, sql: 'CREATE TABLE half (id TEXT) STRICT; SELECT * FROM nowhere;' }
  expect(migrateFile([...MIGRATIONS, NEXT, broken])).toMatchObject({ code: 'INTERNAL' })
  expect(describeSchema(file)).toContain('CREATE TABLE later')
  expect(describeSchema(file)).not.toContain('half')
  expect(migrateFile([...MIGRATIONS, NEXT])).toMatchObject({ from: NEXT.version })
})

test('a database of a newer version is refused and left as it is', async () => {
  migrateFile([...MIGRATIONS, NEXT])
  const before = readFileSync(file)
  expect(migrateFile(MIGRATIONS)).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('newer version') })
  await expect(openSqliteStore({ file })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('newer version'),
  })
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('a database of another program is refused and left as it is', () => {
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE theirs (id TEXT)')
  other.close()
  const before = readFileSync(file)
  expect(migrateFile(MIGRATIONS)).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('another program') })
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('a file that is no database is refused and left as it is', async () => {
  writeFileSync(file, 'x'.repeat(10_000))
  await expect(openSqliteStore({ file })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('not a database'),
  })
  expect(readFileSync(file, 'utf8')).toBe('x'.repeat(10_000))
})

test('a database that was damaged while its host died is refused', async () => {
  const store = await openSqliteStore({ file })
  for (let n = 0; n < 50; n++) await store.enqueue(aRun({ params: { text: 'x'.repeat(2_000) } }), T)
  await store.close()
  const bytes = readFileSync(file)
  bytes.fill(0xff, 20 * 4096, 40 * 4096)
  writeFileSync(file, bytes)
  writeFileSync(`${file}-wal`, 'cut off')
  await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('damaged') })
  expect(readFileSync(file).equals(bytes)).toBe(true)
})

test('what one host stored, the next one finds', async () => {
  const first = await openSqliteStore({ file })
  const wanted = aRun()
  await first.enqueue(wanted, T)
  await first.close()
  const second = await openSqliteStore({ file })
  const [claimed] = await second.claim(claimOf())
  expect(await second.complete(leaseOf(claimed!), endingOf('success'))).toMatchObject({ id: wanted.id, status: 'succeeded' })
  await second.close()
})
