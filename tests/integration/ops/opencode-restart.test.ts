import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { findBinary } from '../../../src/main/agents/index.ts'
import { watchOpencode } from '../../../src/main/core/opencode-target.ts'
import { runAwaiting } from '../../../src/main/core/restart-targets.ts'
import { createOneAtATime, createOpencodeRestartOp, type RestartTarget } from '../../../src/main/ops/index.ts'
import { silentLogger, systemClock } from '../../../src/main/platform/index.ts'
import type { CreateRun } from '../../../src/shared/contract/runs.ts'
import { type Run, Settings } from '../../../src/shared/models/index.ts'
import { openEngine } from '../../support/engine.ts'
import { openScene, script } from '../../support/opencode.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { openHost, type TestHost } from './host.ts'

failOnLeftovers()

let host: TestHost
beforeAll(async () => {
  host = await openHost()
})
afterAll(() => host.close())

const restart = async (options: object = {}): Promise<Run> => (await host.run({ op: 'opencode.restart', options }))[0]!
const create = async (steps: CreateRun['steps']): Promise<Run> => host.ended((await host.core.create({ steps })).id)
const pid = (): number | null => host.core.host.status().opencode.pid
const running = (): Promise<void> =>
  vi.waitFor(() => expect(host.core.host.status().opencode.state).toBe('ready'), { timeout: 60_000, interval: 50 })

it('starts the server where none runs, and ends when it is there', async () => {
  expect(pid()).toBeNull()
  expect(await restart()).toMatchObject({ outcome: 'success', reconnect: { oldInstanceId: 'none' } })
  expect(pid()).not.toBeNull()
})

it('ends when another OpenCode server has come back', async () => {
  await running()
  const before = pid()
  const run = await restart()
  expect(run).toMatchObject({ status: 'succeeded', title: 'Restart OpenCode', reconnect: { workerId: 'opencode' } })
  expect(run.reconnect?.oldBuild).toEqual(run.reconnect?.expectedBuild)
  expect([before, host.core.host.status().opencode.state]).toEqual([expect.any(Number), 'ready'])
  expect(pid()).not.toBe(before)
})

it('is refused while an agent is at work, unless it is forced: then the agent goes on with the next server', async () => {
  const { project } = await host.follow('project')
  const prompt = script([{ text: 'slow words that take their time', chunks: 30, delayMs: 100 }])
  const { id } = await host.core.create({ prompt, projectId: project.id, policy: 'allow-all', model: 'fake/fake' })
  for await (const message of host.core.runs.follow(id, 0, AbortSignal.timeout(60_000))) if (message.type === 'delta') break
  const before = pid()
  expect(await restart()).toMatchObject({ outcome: 'validation_failed', error: { code: 'CONFLICT' } })
  expect(pid()).toBe(before)
  expect((await restart({ force: true })).status).toBe('succeeded')
  const run = await host.ended(id)
  expect([run.status, run.attempt, pid() === before]).toEqual(['succeeded', 1, false])
})

it('of two restarts at once refuses the second', async () => {
  await running()
  const runs = await Promise.all([restart(), restart()])
  expect(runs.map(({ outcome }) => outcome).sort()).toEqual(['success', 'validation_failed'])
  expect(runs.find(({ outcome }) => outcome !== 'success')?.error).toMatchObject({
    code: 'CONFLICT',
    data: { runId: runs.find(({ outcome }) => outcome === 'success')?.id },
  })
})

it('in a step that others follow sees itself to who came back', async () => {
  await running()
  const before = pid()
  const after = { op: 'shell', params: { command: 'true' } }
  expect(await create([{ op: 'opencode.restart', params: {} }, after])).toMatchObject({ status: 'succeeded', reconnect: null })
  expect(pid()).not.toBe(before)
  const stale = await create([{ op: 'opencode.restart', params: { expectedVersion: '1.99.0' } }, after])
  expect(stale).toMatchObject({ outcome: 'stale_binary', steps: [{ outcome: 'stale_binary' }, { startedAt: null }] })
})

it.each([
  ['there is no program', null, 'NOT_FOUND', 'There is no OpenCode binary'],
  ['it is no program', '\0\0\0', 'VALIDATION_FAILED', 'does not say which OpenCode it is'],
  ['it does not say its version', '#!/bin/sh\nexit 0\n', 'VALIDATION_FAILED', 'does not say which OpenCode it is'],
])('is refused before anything is ended when %s', async (what, content, code, words) => {
  await running()
  const before = pid()
  const binary = join(host.folder, what)
  if (content !== null) writeFileSync(binary, content, { mode: 0o755 })
  host.core.host.updateSettings({ opencode: { binary } })
  const run = await restart()
  host.core.host.updateSettings({ opencode: { binary: null } })
  expect(run).toMatchObject({ outcome: 'validation_failed', error: { code }, reconnect: null })
  expect(run.error!.message).toContain(words)
  expect(pid()).toBe(before)
})

it('goes on trying when the server does not start at once, and says so', async () => {
  const tried = join(host.folder, 'tried')
  const binary = join(host.folder, 'sometimes')
  const real = await findBinary(null)
  writeFileSync(binary, `#!/bin/sh\nif [ "$1" = serve ] && [ ! -e ${tried} ]; then touch ${tried}; exit 7; fi\nexec ${real} "$@"\n`, {
    mode: 0o755,
  })
  host.core.host.updateSettings({ opencode: { binary } })
  const run = await restart()
  host.core.host.updateSettings({ opencode: { binary: null } })
  expect([run.outcome, existsSync(tried)]).toEqual(['success', true])
  const events = await host.core.runs.events(run.id, 0, 100)
  expect(events).toContainEqual(
    expect.objectContaining({ level: 'warn', message: expect.stringMatching(/OpenCode did not start: .*exit code 7/) }),
  )
})

it('is suspicious when the server that should have gone is still there', async () => {
  const opencode = await openScene()
  const ref: { target?: RestartTarget; store?: Awaited<ReturnType<typeof openEngine>>['store'] } = {}
  const op = createOpencodeRestartOp({
    // A restart that does nothing.
    agents: { restart: async () => {}, start: () => opencode.agents.start() },
    opencode: {
      current: () => ref.target!.current(),
      expected: () => ref.target!.expected(),
      bring: (old) => ref.target!.bring(old),
    },
    oneAtATime: createOneAtATime((target) => runAwaiting(ref.store!, target)),
  })
  const engine = await openEngine(tempFolder('restart'), { ops: [op] })
  const watch = watchOpencode({
    agents: opencode.agents,
    store: engine.store,
    settings: () => Settings.parse({}),
    clock: systemClock,
    logger: silentLogger,
  })
  Object.assign(ref, { target: watch, store: engine.store })
  onTestFinished(async () => {
    watch.stop()
    await opencode.close()
    await engine.close()
  })
  engine.pool.start()
  await opencode.agents.start()
  const { id } = await engine.create({ steps: [{ op: 'opencode.restart', params: {} }] })
  expect(await engine.until(id, 'succeeded', 'failed')).toMatchObject({
    outcome: 'suspicious',
    error: { message: expect.stringContaining('the very process') },
  })
})
