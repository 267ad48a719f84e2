import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { RunStore } from '../../src/main/runs/store-port.ts'
import { type Answer, openSqliteStore } from '../../src/main/store/sqlite/index.ts'
import { AppError } from '../../src/shared/models/index.ts'
import { storeSuite } from './store-suite.ts'

/** Speaks to the writer as a thread with a port of its own would: plain messages, no code of the store. */
const callOver = (port: MessagePort): Pick<RunStore, 'claim' | 'heartbeat' | 'complete'> => {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  port.on('message', ({ replies }: Answer) => {
    for (const reply of replies) {
      if (reply.ok) waiting.get(reply.id)?.resolve(reply.value)
      else waiting.get(reply.id)?.reject(new AppError(reply.error.code, reply.error.message))
    }
  })
  const method =
    (name: string) =>
    (...args: unknown[]): Promise<never> => {
      lastId += 1
      const reply = Promise.withResolvers<unknown>()
      waiting.set(lastId, reply)
      port.postMessage({ id: lastId, method: name, args })
      return reply.promise as Promise<never>
    }
  return { claim: method('claim'), heartbeat: method('heartbeat'), complete: method('complete') }
}

storeSuite('the SQLite store', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'))
  const store = await openSqliteStore({ file: join(folder, 'queue.db') })
  return {
    store,
    connect: async () => callOver(store.connectWriterPort()),
    close: async () => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
})
