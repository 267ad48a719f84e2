import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findBinary } from '../../../src/main/agents/index.ts'
import { findMarked } from '../../../src/main/platform/index.ts'
import { type OpencodeScene, openScene, script, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()
let scene: OpencodeScene
let repo: string
beforeAll(async () => {
  const binary = join(import.meta.dirname, '../../support/opencode-behind-proxy.mjs')
  scene = await openScene({ settings: { binary }, environment: { REAL_OPENCODE: await findBinary(null), CUT_MS: '1500' } })
  repo = scene.repository('repo')
})
afterAll(() => scene.close())

const cutEventStream = (): void => {
  process.kill(scene.agents.status().pid!, 'SIGUSR2')
}
const write = (filePath: string) => ({ tools: [{ name: 'write', args: { filePath, content: 'x' } }] })

test('what an agent did while the event stream was cut is reported once, in order', async () => {
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script(
      [
        { text: 'before the cut', chunks: 10, delayMs: 40 },
        ...[1, 2, 3, 4].map((n) => ({ ...write(`cut-${n}.txt`), latencyMs: 150 })),
        { text: 'after the cut', chunks: 30, delayMs: 100 },
      ].flatMap((step, i) => (i === 0 ? [{ ...step, ...write('cut-0.txt') }] : [step])),
    ),
  })
  await turn.until(({ deltas }) => deltas.length > 3)
  cutEventStream()

  expect(await turn.ending).toMatchObject({ kind: 'done', text: expect.stringContaining('after the cut') })
  expect(turn.data('tool').map(({ title }) => title)).toEqual([0, 1, 2, 3, 4].map((n) => `cut-${n}.txt`))
  expect(turn.data('text')).toHaveLength(2)
  const partIds = turn.events.flatMap(({ data }) => (data as { partId?: string } | undefined)?.partId ?? [])
  expect(new Set(partIds).size).toBe(partIds.length)
  expect(turn.shown.size).toBe(0)
})

test('a turn that ends while the event stream is cut ends all the same', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ text: 'short', chunks: 5, delayMs: 100 }]) })
  await turn.until(({ deltas }) => deltas.length > 0)
  cutEventStream()
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'short' })
  expect(turn.data('text')).toMatchObject([{ text: 'short' }])
})

test('a permission that was asked while the event stream was cut comes into the inbox', async () => {
  const turn = startTurn(scene, {
    directory: repo,
    policy: 'ask',
    prompt: script([
      { text: 'wait', chunks: 5, delayMs: 100, tools: [{ name: 'bash', args: { command: 'true', description: 'x' } }] },
      { text: 'allowed' },
    ]),
  })
  await turn.until(({ deltas }) => deltas.length > 0)
  cutEventStream()
  await turn.until(() => scene.agents.inbox().length === 1)
  await scene.agents.replyPermission({ runId: turn.runId, requestId: scene.agents.inbox()[0]!.id, reply: 'once' })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'allowed' })
  expect(turn.data('permission')).toHaveLength(1)
  expect(turn.data('permission.replied')).toHaveLength(1)
})

test('a turn goes on after its server was killed, without doing twice what was done', async () => {
  const before = scene.agents.status()
  const sleeper = {
    tools: [{ name: 'bash', args: { command: 'test -e sleeping || { touch sleeping; sleep 300; }', description: 'wait' } }],
  }
  const turn = startTurn(scene, { directory: repo, prompt: script([write('before-the-crash.txt'), sleeper, { text: 'recovered' }]) })
  await turn.until(() => existsSync(join(repo, 'sleeping')))
  process.kill(before.pid!, 'SIGKILL')

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'recovered' })
  expect(scene.agents.status()).toMatchObject({ state: 'ready', error: null })
  expect(scene.agents.status().pid).not.toBe(before.pid)
  expect(findMarked({ name: 'RUN_ATTEMPT_ID', value: turn.turn.attemptId })).toEqual([])
  expect(turn.data('tool').filter(({ tool }) => tool === 'write')).toHaveLength(1)
  expect(turn.data('prompt')).toHaveLength(1)
  expect(turn.events.filter(({ kind, level }) => kind === 'session' && level === 'warn')).toHaveLength(1)
  expect(turn.shown.size).toBe(0)
})

test('a prompt that was not answered at all when the server was killed is taken up as it is', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ latencyMs: 2_000, text: 'answered in the end' }]) })
  const asked = scene.model.requests.length
  await expect.poll(() => scene.model.requests.length, { timeout: 10_000 }).toBeGreaterThan(asked)
  process.kill(scene.agents.status().pid!, 'SIGKILL')

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'answered in the end' })
  expect(scene.model.requests.at(-1)!.body.messages.filter(({ role }) => role === 'user')).toHaveLength(1)
})

test('a server that dies again and again ends the turn', async () => {
  const onAndOn = { text: 'on and on', chunks: 500, delayMs: 100 }
  const turn = startTurn(scene, { directory: repo, prompt: script([onAndOn, onAndOn, onAndOn, onAndOn]) })
  const isAtWork = ({ pid, state }: { pid: number | null; state: string }): boolean =>
    state === 'ready' && pid !== null && !killed.has(pid) && scene.model.requests.at(-1)?.outcome === 'open'
  const killed = new Set<number>()
  while (killed.size < 3) {
    await expect.poll(() => isAtWork(scene.agents.status()), { timeout: 30_000 }).toBe(true)
    const { pid } = scene.agents.status()
    killed.add(pid!)
    process.kill(pid!, 'SIGKILL')
  }
  expect(await turn.ending).toMatchObject({ kind: 'failed', error: { code: 'SERVER_CRASHED', retryable: true } })
})
