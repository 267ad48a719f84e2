import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { Refusal, toPlainError } from '../../../src/main/store/sqlite/faults.ts'
import { performWrites } from '../../../src/main/store/sqlite/writer.ts'
import { aRun, claimOf, LEASE_MS, leaseOf, T } from '../../contract/store-suite/harness.ts'
import { tempFolder } from '../../support/temp.ts'
import { openInProcess } from './in-process-store.ts'

/** Makes `folder` read-only for this process. Root may write anywhere, so root acts as nobody meanwhile. */
const makeReadOnly = (folder: string): void => {
  chmodSync(folder, 0o555)
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid!(65_534)
  onTestFinished(() => {
    if (isRoot) process.seteuid!(0)
    chmodSync(folder, 0o755)
  })
}

const codeOf = (work: () => unknown): { code: string; message: string } => {
  try {
    work()
  } catch (error) {
    return toPlainError(error)
  }
  throw new Error('it did not fail')
}

test('a full disk refuses what needs room, keeps what was stored, and works again when there is room', async () => {
  const { db, store } = openInProcess(join(tempFolder('store'), 'queue.db'))
  const first = aRun()
  await store.enqueue(first, T)
  const { pages } = db.one<{ pages: number }>('SELECT page_count AS pages FROM pragma_page_count')!
  db.exec(`PRAGMA max_page_count = ${pages + 2}`)
  const big = aRun({ params: { text: 'x'.repeat(200_000) } })

  await expect(store.enqueue(big, T)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('disk is full') })

  expect(await store.get(big.id)).toBeNull()
  expect(await store.claim(claimOf())).toMatchObject([{ id: first.id }])
  db.exec('PRAGMA max_page_count = 1000000')
  expect(await store.enqueue(big, T)).toMatchObject({ created: true })
  expect(db.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  await store.close()
})

test('when the disk is full, calls that still find room are stored although they came with one that does not', async () => {
  const { db, store } = openInProcess(join(tempFolder('store'), 'queue.db'))
  await store.enqueue(aRun(), T)
  const [claimed] = await store.claim(claimOf())
  const { pages } = db.one<{ pages: number }>('SELECT page_count AS pages FROM pragma_page_count')!
  db.exec(`PRAGMA max_page_count = ${pages + 2}`)

  const { replies, changes } = performWrites(db, [
    { id: 1, method: 'heartbeat', args: [leaseOf(claimed!), { message: 'alive' }, LEASE_MS, T + 5] },
    { id: 2, method: 'enqueue', args: [aRun({ params: { text: 'x'.repeat(200_000) } }), T] },
    { id: 3, method: 'updateLane', args: ['B', { paused: true }] },
  ])

  expect(replies.map((reply) => [reply.id, reply.ok])).toEqual([
    [1, true],
    [2, false],
    [3, true],
  ])
  expect(changes).toHaveLength(2)
  expect(await store.get(claimed!.id)).toMatchObject({ message: 'alive', heartbeatAt: T + 5 })
  await store.close()
})

test('a data folder that cannot be written is told apart from other trouble', async () => {
  const folder = tempFolder('store')
  makeReadOnly(folder)
  expect(codeOf(() => openInProcess(join(folder, 'queue.db')))).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(/cannot be opened.*can be written/),
  })
})

test('a database that cannot be written is told apart from other trouble', async () => {
  const folder = tempFolder('store')
  const file = join(folder, 'queue.db')
  openInProcess(file).db.close()
  chmodSync(file, 0o444)
  makeReadOnly(folder)
  expect(codeOf(() => openInProcess(file))).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('read-only') })
})

test('a folder that is not there is told apart from other trouble', () => {
  expect(codeOf(() => openInProcess(join(tempFolder('store'), 'missing', 'queue.db')))).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('folder exists'),
  })
})

test('a database that another program holds is busy, not broken, and free again later', async () => {
  const file = join(tempFolder('store'), 'queue.db')
  const { store } = openInProcess(file, { busyTimeoutMs: 1 })
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  await expect(store.enqueue(aRun(), T)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('busy') })
  other.exec('COMMIT')
  other.close()
  expect(await store.enqueue(aRun(), T)).toMatchObject({ created: true })
  await store.close()
})

test('every result code that means trouble with the database has a sentence of its own kind', () => {
  const plain = (errcode: number) => toPlainError(Object.assign(new Error('sqlite says so'), { errcode }))
  const sentences = [5, 8, 10, 11, 13, 14, 26].map((code) => plain(code).message)
  expect(new Set(sentences).size).toBe(7)
  // Extended codes: SQLITE_IOERR_WRITE, SQLITE_BUSY_SNAPSHOT.
  expect(plain(778)).toMatchObject({ code: 'STORE_UNAVAILABLE', message: sentences[2], data: { sqlite: 10, detail: 'sqlite says so' } })
  expect(plain(517).message).toBe(sentences[0])
})

test('anything else is a mistake of the store, with its stack for the log', () => {
  expect(toPlainError(new TypeError('no'))).toMatchObject({ code: 'INTERNAL', stack: expect.stringContaining('faults.test.ts') })
  // A constraint that does not hold is no trouble with the disk.
  expect(toPlainError(Object.assign(new Error('CHECK constraint failed'), { errcode: 275 }))).toMatchObject({ code: 'INTERNAL' })
  expect(toPlainError('text')).toMatchObject({ code: 'INTERNAL', data: { detail: 'text' } })
  expect(toPlainError(new Refusal('CONFLICT', 'not now', { a: 1 }))).toEqual({ code: 'CONFLICT', message: 'not now', data: { a: 1 } })
})
