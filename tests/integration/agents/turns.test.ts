import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpencodeScene, openScene, script, startAgain, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()
let scene: OpencodeScene
let repo: string
beforeAll(async () => {
  scene = await openScene()
  repo = scene.repository('repo')
})
afterAll(() => scene.close())

const kinds = (events: readonly { kind: string }[]): string[] => events.map(({ kind }) => kind).filter((kind) => kind !== 'usage')

test('a turn reports its session before its prompt, then the answer, and ends with its text', async () => {
  const prompt = script([{ reasoning: 'hm', text: 'all good' }])
  const turn = startTurn(scene, { directory: repo, prompt })

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'all good', result: { sessionId: turn.sessionId } })
  expect(kinds(turn.events)).toEqual(['session', 'prompt', 'reasoning', 'text'])
  expect(turn.data('prompt')).toEqual([{ messageId: expect.stringMatching(/^msg_/), text: prompt }])
  expect(turn.data('usage')).toMatchObject([{ cost: 0, tokens: { input: 10, output: 5 } }])
  expect(turn.shown.size).toBe(0)
})

test('the session id is stored before anything is sent', async () => {
  let release = (): void => {}
  const stored = new Promise<void>((resolve) => {
    release = resolve
  })
  const asked = scene.model.requests.length
  let sessionId = ''
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([{ text: 'late' }]),
    async onSession(id) {
      sessionId = id
      await stored
    },
  })
  await turn.until(() => sessionId !== '')
  expect(scene.model.requests.length).toBe(asked)
  expect(turn.data('prompt')).toEqual([])
  release()
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'late' })
})

test('text grows while it is written, and its end is stored whole', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ text: 'abcdefghijklmnopqrst', chunks: 20, delayMs: 30 }]) })
  await turn.until(({ shown }) => [...shown.values()].some((text) => text.length > 0 && text.length < 20))

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'abcdefghijklmnopqrst' })
  expect(turn.deltas.length).toBeGreaterThan(5)
  expect(turn.deltas.join('')).toBe('abcdefghijklmnopqrst')
  expect(turn.data('text')).toMatchObject([{ text: 'abcdefghijklmnopqrst' }])
})

test('a file is written in the directory of the turn, and told with the tool call', async () => {
  const other = scene.repository('untouched')
  const turn = startTurn(scene, { directory: repo, prompt: '@@fake:write' })

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'done' })
  expect(readFileSync(join(repo, 'fake.txt'), 'utf8')).toBe('written by fake\n')
  expect(existsSync(join(other, 'fake.txt'))).toBe(false)
  expect(turn.data('tool')).toMatchObject([
    { tool: 'write', status: 'completed', title: 'fake.txt', input: { filePath: 'fake.txt', content: 'written by fake\n' } },
  ])
  expect(turn.data('files')).toEqual([{ files: ['fake.txt'] }])
  expect(turn.progress.map(({ message }) => message)).toContain('write fake.txt')
})

test('a command runs in the directory, and its output is stored up to 64 KB with head and tail', async () => {
  const command = 'pwd; seq 1 40000; echo the end'
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([{ tools: [{ name: 'bash', args: { command, description: 'count' } }] }, { text: 'counted' }]),
  })

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'counted' })
  const [tool] = turn.data('tool') as { output: string; title: string }[]
  expect(tool).toMatchObject({ tool: 'bash', status: 'completed', title: command })
  expect(Buffer.byteLength(tool!.output)).toBeLessThanOrEqual(64 * 1024)
  expect(turn.progress.map(({ message }) => message)).toContain(`bash ${command}`)
})

test('a failing tool call is told with its error and the agent goes on', async () => {
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([{ tools: [{ name: 'read', args: { filePath: 'no-such-file' } }] }, { text: 'never mind' }]),
  })

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'never mind' })
  expect(turn.data('tool')).toMatchObject([{ tool: 'read', status: 'error', error: expect.stringContaining('no-such-file') }])
})

test('progress is the share of the todo list that is done, and never falls', async () => {
  const todos = (...statuses: string[]) => ({
    name: 'todowrite',
    args: { todos: statuses.map((status, i) => ({ content: `task ${i}`, status, priority: 'medium' })) },
  })
  const turn = startTurn(scene, {
    directory: repo,
    prompt: script([
      { tools: [todos('in_progress', 'pending')] },
      { tools: [todos('completed', 'in_progress')] },
      { tools: [todos('completed', 'completed')] },
      { text: 'finished' },
    ]),
  })

  expect(await turn.ending).toMatchObject({ kind: 'done' })
  expect([...new Set(turn.progress.map(({ value }) => value))]).toEqual([-1, 0, 0.5, 0.99])
  expect(turn.data('todos')).toHaveLength(3)
  expect(turn.data('todos').at(-1)).toEqual({
    todos: [
      { content: 'task 0', status: 'completed' },
      { content: 'task 1', status: 'completed' },
    ],
  })
})

test('a subagent works for the turn, and its words are not the turn’s', async () => {
  const inner = script([{ tools: [{ name: 'write', args: { filePath: 'sub.txt', content: 'sub' } }] }, { text: 'from the subagent' }])
  const task = { name: 'task', args: { description: 'write it', prompt: inner, subagent_type: 'general' } }
  const turn = startTurn(scene, { directory: repo, prompt: script([{ tools: [task] }, { text: 'from the agent' }]) })

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'from the agent' })
  expect(readFileSync(join(repo, 'sub.txt'), 'utf8')).toBe('sub')
  expect(turn.data('text').map(({ text }) => text)).toEqual(['from the agent'])
  expect(turn.data('usage')).toHaveLength(4)
})

test('what is said during a turn follows its current answer, and the turn ends after both', async () => {
  const turn = startTurn(scene, { directory: repo, prompt: script([{ text: 'first answer', chunks: 10, delayMs: 60 }]) })
  await turn.until(({ deltas }) => deltas.length > 1)
  await scene.agents.prompt(turn.runId, script([{ text: 'second answer' }]))

  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'second answer' })
  expect(kinds(turn.events)).toEqual(['session', 'prompt', 'prompt', 'text', 'text'])
  expect(turn.data('text').map(({ text }) => text)).toEqual(['first answer', 'second answer'])
  await expect(scene.agents.prompt(turn.runId, 'too late')).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('a later turn goes on in the same session and reports only what is new', async () => {
  const first = startTurn(scene, { directory: repo, prompt: script([{ text: 'one' }]) })
  await first.ending
  const second = startTurn(scene, {
    directory: repo,
    runId: first.runId,
    messageId: 'msg_step1',
    sessionId: first.sessionId,
    prompt: script([{ tools: [{ name: 'read', args: { filePath: '.' } }] }, { text: 'two' }]),
  })

  expect(await second.ending).toMatchObject({ kind: 'done', text: 'two' })
  expect(second.sessionId).toBe(first.sessionId)
  expect(kinds(second.events)).toEqual(['session', 'prompt', 'tool', 'text'])
  expect(scene.model.requests.at(-1)!.body.messages.filter(({ role }) => role === 'user')).toHaveLength(2)
})

test('another attempt at an answered prompt is done without asking the model again', async () => {
  const first = startTurn(scene, { directory: repo, prompt: script([{ text: 'only once' }]) })
  await first.ending
  const asked = scene.model.requests.length
  const again = startAgain(scene, first)

  expect(await again.ending).toMatchObject({ kind: 'done', text: 'only once' })
  expect(scene.model.requests.length).toBe(asked)
  expect(kinds(again.events)).toEqual(['session'])
})

test('a session that is gone is replaced by a new one', async () => {
  const turn = startTurn(scene, { directory: repo, sessionId: 'ses_nosuchsession000000000000', prompt: script([{ text: 'anew' }]) })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'anew' })
  expect(turn.sessionId).not.toBe('ses_nosuchsession000000000000')
})

test('an answer cut off at the limit fails as such, and the next attempt asks the agent to go on', async () => {
  const first = startTurn(scene, { directory: repo, prompt: script([{ text: 'half', finish: 'length' }, { text: 'the rest' }]) })
  expect(await first.ending).toMatchObject({ kind: 'failed', error: { code: 'OUTPUT_LIMIT', retryable: true } })

  const again = startAgain(scene, first)
  expect(await again.ending).toMatchObject({ kind: 'done', text: 'the rest' })
  expect(again.data('prompt')).toEqual([])
})

test.each([
  ['nobody/nothing', 'nobody/nothing'],
  ['fake/nothing', 'fake/nothing'],
  ['nonsense', 'nonsense'],
])('an unknown model %s is named, with what to do', async (model, named) => {
  const turn = startTurn(scene, { directory: repo, model, prompt: 'hello' })
  const ending = await turn.ending
  expect(ending).toMatchObject({ kind: 'failed', error: { code: 'MODEL_NOT_FOUND', retryable: false } })
  expect(ending.kind === 'failed' && ending.error.message).toContain(`“${named}”`)

  const again = startAgain(scene, turn, { model: null })
  expect(await again.ending).toMatchObject({ kind: 'done', text: 'ok' })
})

test('a directory that is gone fails the turn with a sentence', async () => {
  const turn = startTurn(scene, { directory: join(scene.folder, 'nowhere'), prompt: 'hello' })
  expect(await turn.ending).toMatchObject({ kind: 'failed', error: { code: 'DIRECTORY_MISSING', retryable: false } })
})

test('the models of the configuration are listed with the default first', async () => {
  expect(await scene.agents.models()).toEqual({ models: [{ id: 'fake/fake', provider: 'Fake', name: 'Fake' }], defaultModel: 'fake/fake' })
})
