import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { buildRooms } from '../../../src/main/core/rooms.ts'
import { createScope, silentLogger, systemClock } from '../../../src/main/platform/index.ts'
import { CreateRun } from '../../../src/shared/contract/runs.ts'
import { memorySettings } from '../../support/core.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

const NAMES = { writer: 'Store', reader: 'Store reader' } as const
type Role = keyof typeof NAMES

/** Whatever was posted to, by name: the store's threads among them. */
function watchThreads(): Map<string, Worker> {
  const threads = new Map<string, Worker>()
  const post = Worker.prototype.postMessage
  const spy = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args: unknown[]) {
    if (this.threadName) threads.set(this.threadName, this)
    return Reflect.apply(post, this, args)
  })
  onTestFinished(() => spy.mockRestore())
  return threads
}

/** A host's rooms with six runs, each of which says three lines in its time. */
async function open() {
  const threads = watchThreads()
  const scope = createScope()
  const ports = { settings: memorySettings(), clock: systemClock }
  const config = { dataDir: join(tempFolder('threads'), 'data'), host: 'headless' as const, ports, logger: silentLogger }
  const rooms = await buildRooms(config, scope, { storeTrouble: () => {} })
  const { runs, supervision, pool } = rooms
  onTestFinished(async () => {
    pool.retire()
    await supervision.stopWork()
    await scope.close()
  })
  supervision.keepWork(pool)
  const status = (role: Role) => supervision.supervisor.status(NAMES[role])
  const until = (what: () => Promise<void> | void) => vi.waitFor(what, { timeout: 60_000, interval: 5 })
  await until(() => expect([status('writer').state, status('reader').state]).toEqual(['running', 'running']))
  return {
    ...rooms,
    status,
    until,
    create: (command: string) => runs.create(CreateRun.parse({ steps: [{ op: 'shell', params: { command } }] })),
    /** What no client sends: the thread dies of it, as of a fault of its own, behind what it was asked before. */
    poison: (role: Role) => threads.get(`store-${role}`)!.postMessage(null),
    /** Ends it wherever it is. */
    end: (role: Role) => void threads.get(`store-${role}`)!.terminate(),
    backAgain: (role: Role, restarts: number) => until(() => expect(status(role)).toMatchObject({ state: 'running', restarts })),
  }
}

describe.each<{ who: string; roles: readonly Role[] }>([
  { who: 'the thread that writes', roles: ['writer'] },
  { who: 'the thread that reads', roles: ['reader'] },
  { who: 'both threads of the store', roles: ['writer', 'reader'] },
])('the death of $who', ({ roles }) => {
  const alive = (['writer', 'reader'] as const).filter((role) => !roles.includes(role))

  it('at rest is told, the other thread goes on, and all is well again when it was started anew', async () => {
    const { status, poison, backAgain, store, create, until, supervision } = await open()
    const { id } = await create('true')
    await until(async () => expect((await store.get(id))?.status).toBe('succeeded'))
    for (const role of roles) poison(role)
    await until(() => expect(roles.map((role) => status(role).state)).toEqual(roles.map(() => 'waiting')))
    expect(alive.map((role) => status(role))).toMatchObject(alive.map(() => ({ state: 'running', restarts: 0 })))

    const gone = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('being started again') }
    const write = store.updateLane('D', { limit: 3 })
    const read = store.get(id)
    if (roles.includes('writer')) await expect(write).rejects.toMatchObject(gone)
    else expect(await write).toMatchObject({ limit: 3 })
    if (roles.includes('reader')) await expect(read).rejects.toMatchObject(gone)
    else expect(await read).toMatchObject({ status: 'succeeded' })
    expect(
      supervision
        .rows()
        .filter(({ name }) => name.startsWith('Store'))
        .map(({ name, critical }) => [name, critical]),
    ).toEqual([
      ['Store', true],
      ['Store reader', true],
    ])

    for (const role of roles) await backAgain(role, 1)
    const next = await create('true')
    await until(async () => expect((await store.get(next.id))?.status).toBe('succeeded'))
  })

  it('in the middle of calls, again and again, loses and doubles nothing', async () => {
    const { end, poison, backAgain, store, create, until } = await open()
    const ids = await Promise.all(Array.from({ length: 6 }, () => create('for i in 1 2 3; do echo $i; sleep 0.4; done')))
    await until(async () => expect((await store.withStatus(['running'])).length).toBeGreaterThan(0))
    const heard: string[] = []
    store.subscribe((change) => heard.push(...change.runs.map((run) => `${run.id} ${run.status}`)))
    const queued: string[] = []
    for (let death = 1; death <= 3; death += 1) {
      const writes = Array.from({ length: 30 }, () => create('true'))
      const reads = Array.from({ length: 30 }, () => store.list({ limit: 10 }))
      await nextTurn()
      for (const role of roles) death === 2 ? poison(role) : end(role)
      for (const each of await Promise.allSettled(writes)) {
        if (each.status === 'fulfilled') queued.push(each.value.id)
        else expect(each.reason).toMatchObject({ code: 'STORE_UNAVAILABLE' })
      }
      for (const each of await Promise.allSettled(reads))
        if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'STORE_UNAVAILABLE' })
      for (const role of roles) await backAgain(role, death)
    }
    // Whoever was refused has stored nothing: there are exactly the runs that were confirmed.
    const { runs } = await store.list({ limit: 500 })
    expect(runs.map(({ id }) => id).sort()).toEqual([...ids.map(({ id }) => id), ...queued].sort())
    for (const { id } of runs) {
      await until(async () => expect((await store.get(id))?.status).toBe('succeeded'))
      expect([await store.get(id), await store.attempts(id)]).toMatchObject([{ attempt: 1, lost: 0 }, [{ outcome: 'success' }]])
      expect(heard).toContain(`${id} succeeded`)
      const events = await store.events(id, 0, 1_000)
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
      const log = events.filter(({ kind }) => kind === 'log').map(({ message }) => message)
      expect(log.join('\n')).toBe(queued.includes(id) ? '' : '1\n2\n3')
    }
  })
})
