import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Run } from '../../../src/shared/models/index.ts'
import { script } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { openHost, type TestHost } from './host.ts'

failOnLeftovers()

let host: TestHost
beforeAll(async () => {
  host = await openHost()
})
afterAll(() => host.close())

const restart = async (options: object = {}): Promise<Run> => (await host.run({ op: 'opencode.restart', options }))[0]!
const pid = (): number | null => host.core.host.status().opencode.pid

it('ends when another OpenCode server has come back', async () => {
  await host.core.host.models()
  const before = pid()
  const run = await restart()
  expect(run).toMatchObject({ status: 'succeeded', title: 'Restart OpenCode', reconnect: { workerId: 'opencode' } })
  expect(run.reconnect?.oldBuild).toEqual(run.reconnect?.expectedBuild)
  expect([before, host.core.host.status().opencode.state]).toEqual([expect.any(Number), 'ready'])
  // The first call after it may still find a connection of the ended server.
  await vi.waitFor(() => host.core.host.models(), { timeout: 60_000 })
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
