import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { isAlive, processIdentity } from '../../../src/main/platform/index.ts'
import { makeBuild, openFleet, saying } from '../../support/fleet.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

let folder: string
beforeEach(() => {
  folder = tempFolder('fleet')
})

describe('a worker process', () => {
  it('says who it is, anew with each start, and is started again when it dies', async () => {
    const { worker, store, settled } = await openFleet(folder)
    const before = worker.current()!
    expect(before).toMatchObject({ workerId: 'w1', build: { version: '1.0.0', contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) } })
    process.kill(before.pid, 'SIGKILL')
    await vi.waitFor(() => expect(worker.current()?.instanceId ?? before.instanceId).not.toBe(before.instanceId), { timeout: 15_000 })
    await settled()
    const instances = await store.instances()
    expect(instances.map(({ instanceId, build, stoppedAt }) => [instanceId, build, stoppedAt === null])).toEqual([
      [before.instanceId, before.build, false],
      [worker.current()!.instanceId, before.build, true],
    ])
  })
})

describe('worker.switch', () => {
  it('succeeds when a new instance of the expected build has come back, in the same process', async () => {
    const { worker, switchTo, store } = await openFleet(folder)
    const before = worker.current()!
    const run = await switchTo(makeBuild(folder, '1.1.0'))
    expect(run).toMatchObject({ status: 'succeeded', outcome: 'success', reconnect: { oldInstanceId: before.instanceId, workerId: 'w1' } })
    const after = worker.current()!
    expect([after.build.version, after.pid, after.instanceId === before.instanceId]).toEqual(['1.1.0', before.pid, false])
    expect(run.steps[0]?.result).toEqual({ workerId: 'w1', instanceId: after.instanceId, build: after.build })
    expect((await store.events(run.id, 0, 99)).map(({ message }) => message)).toContainEqual(expect.stringContaining('Waits for w1'))
  })

  it('succeeds as a plain restart, from the folder it runs from', async () => {
    const { switchTo, first, worker } = await openFleet(folder)
    const before = worker.current()!
    expect(await switchTo(first)).toMatchObject({ status: 'succeeded' })
    expect(worker.current()).toMatchObject({ build: before.build })
    expect(worker.current()?.instanceId).not.toBe(before.instanceId)
  })

  it('fails as stale when the old build came back', async () => {
    const { switchTo, first } = await openFleet(folder)
    const expected = { version: '1.1.0', contentHash: 'f'.repeat(64) }
    expect(await switchTo(first, { expected })).toMatchObject({ status: 'failed', outcome: 'stale_binary' })
  })

  it('fails as stale when the new program cannot start, and the worker goes on with the old one', async () => {
    const { switchTo, worker } = await openFleet(folder)
    const broken = makeBuild(folder, '1.1.0', () => 'process.exit(3)')
    expect(await switchTo(broken)).toMatchObject({ status: 'failed', outcome: 'stale_binary' })
    expect(worker.current()?.build.version).toBe('1.0.0')
    expect(isAlive(processIdentity(worker.current()!.pid)!)).toBe(true)
  })

  it.each([
    ['an unknown build', (source: string) => saying(/version: readVersion\(.*\)/, `version: '6.6.6'`)(source)],
    ['a start before the old one', (source: string) => saying(/const startedAt = Date\.now\(\)/, 'const startedAt = 1')(source)],
  ])('fails as suspicious when %s came back', async (_what, change) => {
    const { switchTo } = await openFleet(folder)
    expect(await switchTo(makeBuild(folder, '1.1.0', change))).toMatchObject({ status: 'failed', outcome: 'suspicious' })
  })

  it('fails as suspicious when the same instance came back', async () => {
    const { switchTo, worker } = await openFleet(folder)
    const same = (source: string) =>
      saying(/instanceId: randomUUID\(\)\.replaceAll\('-', ''\)/, `instanceId: '${worker.current()!.instanceId}'`)(source)
    expect(await switchTo(makeBuild(folder, '1.1.0', same))).toMatchObject({ status: 'failed', outcome: 'suspicious' })
  })

  it('times out when nobody comes back, and hears of it when somebody does', async () => {
    const { switchTo, worker, store, settled } = await openFleet(folder)
    const go = join(folder, 'go')
    const late = (source: string) =>
      saying(
        /await say\(\{\n {2}hello/,
        `while (!existsSync('${go}')) await new Promise((later) => setTimeout(later, 50))\nawait say({\n  hello`,
      )(source)
    const run = await switchTo(makeBuild(folder, '1.1.0', late), { deadlineMs: 300 })
    expect(run).toMatchObject({ status: 'failed', outcome: 'timed_out', reconnect: { seenAt: null } })
    writeFileSync(go, '')
    await vi.waitFor(async () => expect((await store.get(run.id))?.reconnect?.seenAt).not.toBeNull(), { timeout: 15_000 })
    await settled()
    expect([(await store.get(run.id))?.outcome, worker.current()?.build.version]).toEqual(['timed_out', '1.1.0'])
  })

  it('is refused for a folder without a program, an unknown worker, and in any step but the last', async () => {
    const { switchTo, create, until } = await openFleet(folder)
    expect(await switchTo(tempFolder('empty'))).toMatchObject({
      outcome: 'validation_failed',
      error: { code: 'NOT_FOUND' },
      reconnect: null,
    })
    const { id } = await create({ steps: [{ op: 'worker.switch', params: { workerId: 'nobody', to: '/' } }] })
    expect(await until(id, 'failed')).toMatchObject({ outcome: 'validation_failed', error: { code: 'CONFLICT' } })
    const step = { op: 'worker.switch', params: { workerId: 'w1', to: '/' } }
    const two = await create({ steps: [step, { op: 'shell', params: { command: 'true' } }] })
    expect(await until(two.id, 'failed')).toMatchObject({
      outcome: 'validation_failed',
      error: { message: expect.stringContaining('last step') },
    })
  })

  it('ends with the error of a worker that will not, and waits for nobody', async () => {
    const { switchTo, worker } = await openFleet(folder)
    const before = worker.current()!.instanceId
    const expected = { version: '1.1.0', contentHash: 'f'.repeat(64) }
    expect(await switchTo(tempFolder('empty'), { expected })).toMatchObject({
      status: 'failed',
      outcome: 'error',
      error: { code: 'SWITCH_FAILED' },
    })
    expect(worker.current()?.instanceId).toBe(before)
  })
})
