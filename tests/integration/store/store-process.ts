import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { startProcess } from '../../../src/main/platform/index.ts'
import type { RunStore, StoreChange } from '../../../src/main/runs/index.ts'
import type { Role } from '../../../src/main/store/sqlite/index.ts'
import { AppError } from '../../../src/shared/models/index.ts'

/** A store in a process of its own, whose threads can be made to end at a commit. It ends with the running test. */
export interface StoreProcess {
  /** Its methods, over the process's lines. */
  readonly store: RunStore
  readonly changes: StoreChange[]
  /** Has a thread end right before or right after its next commit. */
  dieAt(role: Role, when: 'before' | 'after'): void
}

/** Resolves when it is open. */
export async function startStore(folder: string): Promise<StoreProcess> {
  const wish = join(folder, 'die')
  const programs = join(import.meta.dirname, 'programs')
  const child = startProcess({
    command: process.execPath,
    args: ['--import', join(programs, 'thread-dies.ts'), join(programs, 'store-host.ts'), join(folder, 'queue.db')],
    env: { DIE_FILE: wish },
    stdin: 'pipe',
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const changes: StoreChange[] = []
  const said: string[] = []
  let lastId = 0
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as { change: StoreChange } | { id: number; value?: unknown; code?: string }
    if ('change' in line) changes.push(line.change)
    else if (line.code) waiting.get(line.id)!.reject(new AppError(line.code as AppError['code'], line.code))
    else waiting.get(line.id)!.resolve(line.value)
  })
  void child.exited.then(() => {
    for (const each of waiting.values()) each.reject(new Error(`the process of the store ended: ${said.join('\n')}`))
  })
  onTestFinished(async () => {
    child.stdin!.end()
    await child.exited
  })
  const call = (method: string, args: unknown[]): Promise<unknown> => {
    const id = ++lastId
    const reply = Promise.withResolvers<unknown>()
    reply.promise.catch(() => {})
    waiting.set(id, reply)
    child.stdin!.write(`${JSON.stringify({ id, method, args })}\n`)
    return reply.promise
  }
  await call('lanes', [])
  return {
    store: new Proxy({} as RunStore, {
      get:
        (_, method) =>
        (...args: unknown[]) =>
          call(String(method), args),
    }),
    changes,
    dieAt: (role, when) => writeFileSync(wish, `${role} ${when}`),
  }
}
