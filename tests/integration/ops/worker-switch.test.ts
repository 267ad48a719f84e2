import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, systemClock } from '../../../src/main/platform/index.ts'
import { beforeHello, makeBuild, openFleet, PROGRAM_NAME, saying } from '../../support/fleet.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

let folder: string
beforeEach(() => {
  folder = tempFolder('switch')
})

/** Its hours are minutes, its moments are those of everyone. */
const hurried: Clock = { now: () => systemClock.now(), after: (ms, run) => systemClock.after(ms / 60, run) }
/** Never says a word. */
const mute = beforeHello('await new Promise((never) => setTimeout(never, 3_600_000))')
/** As where the system has no call to become another program. */
const withoutExec = saying(/typeof process\.execve === 'function'/, 'false')

describe('a switch to what is no build is refused before anything is told, and the worker stays who it is', () => {
  it.each<[string, (to: string) => void, string, string]>([
    ['a folder that is missing', (to) => rmSync(to, { recursive: true }), 'NOT_FOUND', 'there is no'],
    ['a folder without the program', () => {}, 'NOT_FOUND', 'there is no'],
    ['a file', (to) => writeFileSync(join(to, 'file'), ''), 'NOT_FOUND', 'there is no'],
    ['a folder in the place of the program', (to) => mkdirSync(join(to, PROGRAM_NAME)), 'NOT_FOUND', 'there is no'],
    ['a program without a version', (to) => writeFileSync(join(to, PROGRAM_NAME), ''), 'VALIDATION_FAILED', 'is no build'],
  ])('%s', async (_what, make, code, words) => {
    const { switchTo, worker } = await openFleet(folder)
    const before = worker.current()
    const to = join(folder, 'no-build')
    mkdirSync(to)
    make(to)
    const file = join(to, 'file')
    const run = await switchTo(existsSync(file) ? file : to)
    expect(run).toMatchObject({ status: 'failed', outcome: 'validation_failed', error: { code }, reconnect: null })
    expect(run.error!.message).toContain(words)
    expect(worker.current()).toBe(before)
  })
})

describe('a switch after which the new program does not come', () => {
  it.each<[string, (source: string) => string]>([
    ['is no program at all', () => 'this is no program'],
    ['ends with an error', () => 'process.exit(3)'],
    ['ends as if all were well', () => 'process.exit(0)'],
    ['breaks before it speaks', beforeHello(`throw new Error('broken')`)],
  ])('because it %s is stale, and the old one is back', async (_what, change) => {
    const { switchTo, worker } = await openFleet(folder)
    const run = await switchTo(makeBuild(folder, '1.1.0', change))
    expect(run).toMatchObject({ status: 'failed', outcome: 'stale_binary', error: { message: expect.stringContaining('1.0.0') } })
    expect(worker.current()?.build.version).toBe('1.0.0')
  })

  it('because the system cannot become it is stale, and the old one is back', async () => {
    const first = makeBuild(folder, '1.0.0', saying(/process\.execve\(process\.execPath/, `process.execve('/no/such/node'`))
    const { switchTo, worker } = await openFleet(folder, { first })
    expect(await switchTo(makeBuild(folder, '1.1.0'))).toMatchObject({ outcome: 'stale_binary' })
    expect(worker.current()?.build.version).toBe('1.0.0')
  })

  it('because it was killed between the old one and the new one is stale, and the old one is back', async () => {
    const { startSwitch, until, worker } = await openFleet(folder)
    const reached = join(folder, 'reached')
    const between = beforeHello(
      `process.getBuiltinModule('fs').writeFileSync('${reached}', '')\nawait new Promise((never) => setTimeout(never, 3_600_000))`,
    )
    const { pid } = worker.current()!
    const { id } = await startSwitch(makeBuild(folder, '1.1.0', between))
    await vi.waitFor(() => expect(existsSync(reached)).toBe(true), { timeout: 15_000 })
    process.kill(pid, 'SIGKILL')
    expect(await until(id, 'failed', 'succeeded')).toMatchObject({ outcome: 'stale_binary' })
    expect(worker.current()?.build.version).toBe('1.0.0')
  })

  it('because it never says a word times out, and the old one gets its place back', async () => {
    const { switchTo, worker, store } = await openFleet(folder, { clock: hurried })
    const run = await switchTo(makeBuild(folder, '1.1.0', mute), { deadlineMs: 200 })
    expect(run).toMatchObject({ status: 'failed', outcome: 'timed_out' })
    await vi.waitFor(() => expect(worker.current()?.build.version).toBe('1.0.0'), { timeout: 15_000 })
    await vi.waitFor(async () => expect((await store.get(run.id))?.reconnect?.seenAt).not.toBeNull(), { timeout: 15_000 })
  })
})

describe('a worker that cannot become another program', () => {
  it('ends to make room, and its successor is started', async () => {
    const first = makeBuild(folder, '1.0.0', withoutExec)
    const { switchTo, worker } = await openFleet(folder, { first })
    const { pid } = worker.current()!
    expect(await switchTo(makeBuild(folder, '1.1.0', withoutExec))).toMatchObject({ outcome: 'success' })
    expect(worker.current()?.pid).not.toBe(pid)
    expect(await switchTo(first)).toMatchObject({ outcome: 'success' })
  })

  it('is back as the old one when its successor ends as if all were well', async () => {
    const { switchTo, worker } = await openFleet(folder, { first: makeBuild(folder, '1.0.0', withoutExec) })
    expect(await switchTo(makeBuild(folder, '1.1.0', () => 'process.exit(0)'))).toMatchObject({ outcome: 'stale_binary' })
    expect(worker.current()?.build.version).toBe('1.0.0')
  })
})

describe('a worker that does not answer', () => {
  const earlier: Clock = { now: () => systemClock.now() - 8_000, after: (ms, run) => systemClock.after(ms / 60, run) }

  it('ends the run with that, and does not switch when it reads the command after all', async () => {
    const read = join(folder, 'read')
    const busy = saying(
      /if \(message\.switch\) await switchTo\(message\.switch\)/,
      `await new Promise((later) => setTimeout(later, 500))
  if (message.switch) await switchTo(message.switch)
  process.getBuiltinModule('fs').writeFileSync('${read}', '')`,
    )
    const { switchTo, worker } = await openFleet(folder, { first: makeBuild(folder, '1.0.0', busy), clock: earlier })
    const before = worker.current()
    expect(await switchTo(makeBuild(folder, '1.1.0'))).toMatchObject({
      status: 'failed',
      outcome: 'error',
      error: { code: 'SWITCH_FAILED', message: 'w1 does not answer.' },
    })
    await vi.waitFor(() => expect(existsSync(read)).toBe(true), { timeout: 15_000 })
    expect(worker.current()).toBe(before)
  })

  it('because it died ends the run with that, and is started again', async () => {
    const dying = saying(/const message = JSON\.parse\(line\)/, `process.kill(process.pid, 'SIGKILL')\n  const message = JSON.parse(line)`)
    const { switchTo, worker } = await openFleet(folder, { first: makeBuild(folder, '1.0.0', dying) })
    expect(await switchTo(makeBuild(folder, '1.1.0'))).toMatchObject({
      outcome: 'error',
      error: { code: 'SWITCH_FAILED', message: 'w1 ended before it answered.' },
    })
    await vi.waitFor(() => expect(worker.current()?.build.version).toBe('1.0.0'), { timeout: 15_000 })
  })
})

it('of two switches of one worker at once the second is refused, and the first ends by itself', async () => {
  const { startSwitch, until, worker } = await openFleet(folder)
  const runs = [await startSwitch(makeBuild(folder, '1.1.0')), await startSwitch(makeBuild(folder, '1.2.0'))]
  const ended = await Promise.all(runs.map(({ id }) => until(id, 'succeeded', 'failed')))
  const [won] = ended.filter(({ outcome }) => outcome === 'success')
  expect(ended.filter((run) => run !== won)).toMatchObject([
    { outcome: 'validation_failed', error: { code: 'CONFLICT', message: expect.stringContaining(won!.id) }, reconnect: null },
  ])
  expect(worker.current()?.build.version).toBe(won?.reconnect?.expectedBuild.version)
})

it('a switch while another run still waits for the worker is refused', async () => {
  const { startSwitch, switchTo, until, worker } = await openFleet(folder)
  const go = join(folder, 'go')
  const late = beforeHello(`while (!existsSync('${go}')) await new Promise((later) => setTimeout(later, 50))`)
  const first = await startSwitch(makeBuild(folder, '1.1.0', late))
  await until(first.id, 'awaiting_reconnect')
  expect(await switchTo(makeBuild(folder, '1.2.0'))).toMatchObject({ outcome: 'validation_failed', error: { data: { runId: first.id } } })
  writeFileSync(go, '')
  expect(await until(first.id, 'succeeded', 'failed')).toMatchObject({ outcome: 'success' })
  expect(worker.current()?.build.version).toBe('1.1.0')
})

describe('a worker that is at work on a run', () => {
  async function atWork() {
    const fleet = await openFleet(folder)
    await fleet.store.updateLane('D', { paused: true })
    const work = await fleet.create({ steps: [{ op: 'shell', params: { command: 'true' } }], lane: 'D' })
    await fleet.pool.stop()
    await fleet.store.updateLane('D', { paused: false })
    const now = Date.now()
    await fleet.store.claim({
      workerId: 'w1',
      instanceId: fleet.worker.current()!.instanceId,
      lanes: ['D'],
      limit: 1,
      leaseMs: 60_000,
      limits: { global: 9, project: 9, provider: 9, projects: {} },
      now,
    })
    fleet.pool.start()
    return { ...fleet, work }
  }

  it('is not switched, and goes on with it', async () => {
    const { switchTo, worker, store, work } = await atWork()
    const before = worker.current()
    expect(await switchTo(makeBuild(folder, '1.1.0'))).toMatchObject({
      outcome: 'validation_failed',
      error: { code: 'CONFLICT', message: expect.stringContaining('w1 is at work on a run.'), data: { runIds: [work.id] } },
      reconnect: null,
    })
    expect([worker.current(), (await store.get(work.id))?.status]).toEqual([before, 'running'])
  })

  it('is switched when that is forced, and what it worked on is queued again at once', async () => {
    const { switchTo, until, work } = await atWork()
    expect(await switchTo(makeBuild(folder, '1.1.0'), { force: true })).toMatchObject({ outcome: 'success' })
    expect(await until(work.id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 2, lost: 1 })
  })
})

it('a worker is known by the real path of its build, and waited for by its name when it is called by its instance', async () => {
  const { create, until, worker } = await openFleet(folder)
  const link = join(folder, 'current')
  symlinkSync(makeBuild(folder, '1.1.0'), link)
  const { id } = await create({ steps: [{ op: 'worker.switch', params: { workerId: worker.current()!.instanceId, to: link } }] })
  expect(await until(id, 'succeeded', 'failed')).toMatchObject({ outcome: 'success', reconnect: { workerId: 'w1' } })
})
