import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { buildRooms } from '../../../src/main/core/rooms.ts'
import { createCore } from '../../../src/main/core.ts'
import { createScope, type SettingsPort, silentLogger, systemClock } from '../../../src/main/platform/index.ts'
import { CreateRun } from '../../../src/shared/contract/runs.ts'
import { memorySettings } from '../../support/core.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { runWith } from '../../support/run-with.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

const shell = (command: string) => CreateRun.parse({ steps: [{ op: 'shell', params: { command } }] })

test('a store thread that dies is started again on the same file: what waited is told, and the queue goes on', async () => {
  const scope = createScope()
  const folder = tempFolder('supervision')
  const config = {
    dataDir: join(folder, 'data'),
    host: 'headless' as const,
    ports: { settings: memorySettings(), clock: systemClock },
    logger: silentLogger,
  }
  const rooms = await buildRooms(config, scope, { storeTrouble: () => {} })
  onTestFinished(async () => {
    rooms.pool.retire()
    await rooms.supervision.stopWork()
    await scope.close()
  })
  const { store, runs, supervision } = rooms
  supervision.keepWork(rooms.pool)
  const status = () => supervision.supervisor.status('Store')
  await vi.waitFor(() => expect(status().state).toBe('running'))

  const created = []
  for (let n = 0; n < 6; n += 1) created.push(await runs.create(shell('for i in 1 2 3; do echo $i; sleep 0.4; done')))
  await vi.waitFor(async () => expect((await store.withStatus(['running'])).length).toBeGreaterThan(0), { timeout: 10_000 })
  const heard: string[] = []
  store.subscribe((change) => heard.push(...change.runs.map((run) => run.status)))

  for (let death = 1; death <= 2; death += 1) {
    // What no client sends: the writer dies of it, as it would of a fault of its own.
    store.connectWriterPort().postMessage(null)
    const waiting = await Promise.allSettled(Array.from({ length: 50 }, () => store.lanes()))
    await vi.waitFor(() => expect(status().state).not.toBe('running'), { timeout: 10_000, interval: 2 })
    await expect(store.sweep(0, 0)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('started again') })
    for (const one of waiting) if (one.status === 'rejected') expect(one.reason.code).toBe('STORE_UNAVAILABLE')
    await vi.waitFor(() => expect(status()).toMatchObject({ state: 'running', restarts: death }), { timeout: 30_000 })
    heard.length = 0
  }
  for (const { id } of created) {
    await vi.waitFor(async () => expect((await store.get(id))?.status).toBe('succeeded'), { timeout: 60_000, interval: 100 })
    expect(await store.get(id)).toMatchObject({ attempt: 1, lost: 0 })
    const events = await store.events(id, 0, 1_000)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    const log = events.filter(({ kind }) => kind === 'log').map(({ message }) => message)
    expect(log.join('\n')).toBe('1\n2\n3')
  }
  expect(heard).toContain('succeeded')
})

/** A core whose pool crashes at each claim while `broken` is set, on a clock that is moved by hand. */
async function openBreakable(concurrency: number) {
  const clock = createManualClock(Date.now())
  const inner = memorySettings()
  const fault = { broken: false }
  const settings: SettingsPort = {
    get() {
      if (fault.broken) throw new Error('the settings cannot be read')
      return inner.get()
    },
    update: (patch) => inner.update(patch),
  }
  const folder = tempFolder('supervision')
  const config = { dataDir: join(folder, 'data'), host: 'headless' as const, logger: silentLogger }
  const core = await createCore({ ...config, ports: { settings, clock }, concurrency })
  onTestFinished(() => runWith(clock, core.stop()))
  await runWith(clock, core.ready)
  const pool = async () => (await core.workers.list()).find(({ name }) => name === 'Executor pool')!
  const until = (what: () => Promise<void> | void) => runWith(clock, Promise.resolve(vi.waitFor(what, { timeout: 30_000, interval: 10 })))
  /** Crashes the pool until its breaker opens. Returns the states in between. */
  const breakPool = async (): Promise<string[]> => {
    const states: string[] = []
    for (;;) {
      fault.broken = true
      await until(async () => expect(['backing_off', 'open']).toContain((await pool()).state))
      fault.broken = false
      const { state, nextTryAt } = await pool()
      states.push(state)
      if (state === 'open') return states
      await clock.advance(nextTryAt! - clock.now() - 1)
      fault.broken = true
      await clock.advance(1)
    }
  }
  return { core, clock, folder, pool, until, breakPool }
}

test('a critical worker that crashes too often stops all claiming, which says so, until it is reset', async () => {
  const { core, clock, until, breakPool } = await openBreakable(2)
  const row = () => core.live.snapshot().state.workers.find(({ name }) => name === 'Executor pool')
  const before = await core.runs.create(shell('true'))
  await until(async () => expect((await core.runs.get(before.id)).status).toBe('succeeded'))

  expect(await breakPool()).toEqual(['backing_off', 'backing_off', 'backing_off', 'backing_off', 'backing_off', 'open'])
  expect(core.host.status()).toMatchObject({
    state: 'degraded',
    problem: expect.stringMatching(/Executor pool crashed too often.*settings cannot be read/),
  })
  expect(await core.host.health()).toMatchObject({ ok: false, state: 'degraded' })
  expect(row()).toMatchObject({ state: 'open', critical: true, restarts: 5 })

  const waiting = await core.runs.create(shell('true'))
  expect(await core.runs.claim({ workerId: 'elsewhere', lanes: ['A'], limit: 1 })).toEqual([])
  for (let n = 0; n < 20; n += 1) await clock.advance(1_000)
  expect((await core.runs.get(waiting.id)).status).toBe('queued')

  expect(() => core.workers.reset('nobody')).toThrow('there is no supervised worker')
  expect(await core.workers.reset('Executor pool')).toMatchObject({ name: 'Executor pool' })
  await until(async () => expect((await core.runs.get(waiting.id)).status).toBe('succeeded'))
  expect(core.host.status()).toMatchObject({ state: 'ready', problem: null })
  await until(() => expect(row()).toMatchObject({ state: 'running', nextTryAt: null }))
})

test('a critical worker on trial lets one run through, and all of them once it has proved stable', async () => {
  const { core, clock, folder, pool, until, breakPool } = await openBreakable(4)
  await breakPool()
  const gate = join(folder, 'gate')
  const waiting: string[] = []
  for (let n = 0; n < 3; n += 1) waiting.push((await core.runs.create(shell(`until test -e ${gate}; do sleep 0.05; done`))).id)
  const statuses = () => Promise.all(waiting.map(async (id) => (await core.runs.get(id)).status))
  const running = async () => (await statuses()).filter((status) => status === 'running').length

  await clock.advance((await pool()).nextTryAt! - clock.now())
  await until(async () => expect(await running()).toBe(1))
  expect(await pool()).toMatchObject({ state: 'half_open' })
  expect(core.host.status()).toMatchObject({ state: 'degraded', problem: expect.stringContaining('on trial') })
  for (let n = 0; n < 20; n += 1) await clock.advance(1_000)
  expect(await running()).toBe(1)

  await clock.advance(15_000)
  await until(async () => expect(await running()).toBe(3))
  expect(core.host.status()).toMatchObject({ state: 'ready' })
  writeFileSync(gate, '')
  await until(async () => expect(new Set(await statuses())).toEqual(new Set(['succeeded'])))
})
