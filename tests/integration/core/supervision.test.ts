import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createCore } from '../../../src/main/core.ts'
import { type SettingsPort, silentLogger } from '../../../src/main/platform/index.ts'
import { CreateRun } from '../../../src/shared/contract/runs.ts'
import { memorySettings } from '../../support/core.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { runWith } from '../../support/run-with.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

const shell = (command: string) => CreateRun.parse({ steps: [{ op: 'shell', params: { command } }] })

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
