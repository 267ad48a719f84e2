import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { type Logger, silentLogger } from '../../../src/main/platform/index.ts'
import { openSqliteStore } from '../../../src/main/store/sqlite/index.ts'
import { aRun, T } from '../../contract/store-suite/harness.ts'
import { tempFolder } from '../../support/temp.ts'

/** What no client sends: the thread that gets it dies, as it would of a fault of its own. */
const POISON = null

test('a thread that dies rejects every waiting and every later call, and is reported once', async () => {
  const onFatal = vi.fn()
  const store = await openSqliteStore({ file: join(tempFolder('store'), 'queue.db'), onFatal })
  const { run } = await store.enqueue(aRun(), T)

  store.connectWriterPort().postMessage(POISON)
  await vi.waitFor(() => expect(onFatal).toHaveBeenCalled(), { timeout: 10_000 })

  const gone = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('stopped working') }
  await expect(store.enqueue(aRun(), T)).rejects.toMatchObject(gone)
  await expect(store.get(run.id)).rejects.toMatchObject(gone)
  await store.close()
  expect(onFatal.mock.calls).toEqual([[expect.objectContaining(gone)]])
})

test('calls that wait when the thread dies are rejected', async () => {
  const store = await openSqliteStore({ file: join(tempFolder('store'), 'queue.db') })
  store.connectWriterPort().postMessage(POISON)
  const waiting = Array.from({ length: 500 }, () => store.enqueue(aRun(), T))
  const settled = await Promise.allSettled(waiting)
  const rejected = settled.filter((result) => result.status === 'rejected')
  expect(rejected.every((result) => result.reason.code === 'STORE_UNAVAILABLE')).toBe(true)
  await expect.poll(() => store.lanes().catch((error) => error.code), { timeout: 10_000 }).toBe('STORE_UNAVAILABLE')
  await store.close()
})

test('an argument that cannot be copied is refused alone', async () => {
  const store = await openSqliteStore({ file: join(tempFolder('store'), 'queue.db') })
  const results = await Promise.allSettled([
    store.enqueue(aRun(), T),
    store.enqueue(aRun({ params: { bad: (() => {}) as never } }), T),
    store.enqueue(aRun(), T),
  ])
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  await store.close()
})

test('a port of its own ends with the store', async () => {
  const store = await openSqliteStore({ file: join(tempFolder('store'), 'queue.db') })
  const port = store.connectWriterPort()
  const closed = new Promise<void>((resolve) => port.once('close', resolve))
  await store.close()
  await closed
})

test('a client that leaves does not disturb the others', async () => {
  const store = await openSqliteStore({ file: join(tempFolder('store'), 'queue.db') })
  const port = store.connectWriterPort()
  port.postMessage({ id: 1, method: 'sweep', args: [T, 0] })
  port.close()
  expect(await store.enqueue(aRun(), T)).toMatchObject({ created: true })
  await store.close()
})

test('a method that the store does not have is refused, not run', async () => {
  const store = await openSqliteStore({ file: join(tempFolder('store'), 'queue.db') })
  const port = store.connectWriterPort()
  const answer = new Promise((resolve) => port.once('message', resolve))
  port.postMessage({ id: 7, method: 'constructor', args: [] })
  expect(await answer).toMatchObject({ changes: [], replies: [{ id: 7, ok: false, error: { code: 'INTERNAL' } }] })
  await store.close()
})

test('a mistake of the store is logged with its place, and only that call fails', async () => {
  const logged = vi.fn()
  const logger = { ...silentLogger, error: logged } as unknown as Logger
  const store = await openSqliteStore({ file: join(tempFolder('store'), 'queue.db'), logger })
  await expect(store.enqueue(aRun({ lane: 'Z' as never }), T)).rejects.toMatchObject({ code: 'INTERNAL' })
  expect(logged.mock.calls[0]?.[0].error.cause.stack).toContain('enqueue.ts')
  expect(await store.enqueue(aRun(), T)).toMatchObject({ created: true })
  await store.close()
})
