import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findMarked } from '../../../src/main/platform/index.ts'
import { type OpencodeScene, openScene, type RecordedTurn, script, startAgain, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()
let scene: OpencodeScene
let repo: string
beforeAll(async () => {
  scene = await openScene()
  repo = scene.repository('repo')
})
afterAll(() => scene.close())

const processesOf = ({ turn }: RecordedTurn): number => findMarked({ name: 'RUN_ATTEMPT_ID', value: turn.attemptId }).length

test('an abort before anything has begun leaves nothing', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: 'hello' })
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
  expect(turn.events).toEqual([])
})

test('an abort in the middle of an answer ends it, and the provider is hung up on', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ text: 'on and on', chunks: 100, delayMs: 100 }]) })
  await turn.until(({ deltas }) => deltas.length > 2)
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
  expect(turn.shown.size).toBe(0)
  await expect.poll(() => scene.model.requests.at(-1)!.outcome).toBe('closed early')
})

test('an abort while a command runs ends the command and keeps what it wrote', async () => {
  const command = 'echo started; touch started; sleep 300'
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([{ tools: [{ name: 'bash', args: { command, description: 'wait' } }] }, { text: 'no' }]),
  })
  await turn.until(() => existsSync(join(repo, 'started')))
  expect(processesOf(turn)).toBeGreaterThan(0)
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
  expect(processesOf(turn)).toBe(0)
  expect(turn.data('tool')).toMatchObject([{ tool: 'bash', output: expect.stringContaining('started') }])
})

test('a background command that ignores being told to end is gone after an abort', async () => {
  const command = 'nohup setsid bash -c \'trap "" TERM; while true; do sleep 1; done\' >/dev/null 2>&1 & echo gone to the background'
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([
      { tools: [{ name: 'bash', args: { command, description: 'leave one behind' } }] },
      { text: 'on and on', chunks: 100, delayMs: 100 },
    ]),
  })
  await turn.until(({ deltas }) => deltas.length > 2)
  expect(processesOf(turn)).toBeGreaterThan(0)
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
  expect(processesOf(turn)).toBe(0)
})

test('an abort while the provider is waited for is an abort and no empty success', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ status: 500, headers: { 'retry-after': '60' } }]) })
  await turn.until(() => turn.data('provider.retry').length === 1)
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
})

test('an abort while a person is waited for takes the request out of the inbox', async () => {
  const turn = startTurn(scene, {
    directory: repo,
    policy: 'ask',
    prompt: script([{ tools: [{ name: 'bash', args: { command: 'true', description: 'x' } }] }]),
  })
  await turn.until(() => scene.agents.inbox().length === 1)
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
  expect(scene.agents.inbox()).toEqual([])
  expect(turn.attention).toEqual(['permission', null])
})

test('the attempt after an abort goes on in the session where the agent was', async () => {
  const steps = [
    { tools: [{ name: 'write', args: { filePath: 'first.txt', content: '1' } }] },
    { text: 'on and on', chunks: 100, delayMs: 100 },
  ]
  const turn = startTurn(scene, { directory: repo, prompt: script(steps) })
  await turn.until(({ deltas }) => deltas.length > 2)
  turn.abort()
  await turn.ending

  const again = startAgain(scene, turn)
  expect(await again.ending).toMatchObject({ kind: 'done', text: 'done' })
  expect(again.data('tool')).toEqual([])
  const said = scene.model.requests.at(-1)!.body.messages.filter(({ role }) => role === 'user')
  expect(said).toHaveLength(2)
  expect(JSON.stringify(said[1])).toContain('You were interrupted')
})
