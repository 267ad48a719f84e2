import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PermissionPolicy } from '../../../src/shared/models/index.ts'
import { type OpencodeScene, openScene, type RecordedTurn, script, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()
let scene: OpencodeScene
let repo: string
beforeAll(async () => {
  scene = await openScene({ config: { permission: { bash: { 'git push *': 'deny' } } } })
  repo = scene.repository('repo')
})
afterAll(() => scene.close())

const write = (filePath: string) => ({ name: 'write', args: { filePath, content: 'x' } })
const bash = (command: string) => ({ name: 'bash', args: { command, description: 'a command' } })
const start = (policy: PermissionPolicy, ...tools: { name: string; args: Record<string, unknown> }[]): RecordedTurn =>
  startTurn(scene, { directory: repo, policy, prompt: script([...tools.map((tool) => ({ tools: [tool] })), { text: 'the end' }]) })
const asked = async (turn: RecordedTurn) => {
  await turn.until(() => scene.agents.inbox().some(({ runId }) => runId === turn.runId))
  return scene.agents.inbox().find(({ runId }) => runId === turn.runId)!
}
const reply = (turn: RecordedTurn, requestId: string, reply: 'once' | 'always' | 'reject', message?: string) =>
  scene.agents.replyPermission({ runId: turn.runId, requestId, reply, ...(message ? { message } : {}) })

test('a command waits for a person under “ask”, and runs once it is allowed', async () => {
  let changes = 0
  const unsubscribe = scene.agents.subscribe(() => {
    changes += 1
  })
  const turn = start('ask', bash('echo hi > allowed.txt'))
  const item = await asked(turn)
  expect(item).toMatchObject({ kind: 'permission', title: 'bash: echo hi > allowed.txt', runId: turn.runId, data: { permission: 'bash' } })
  expect(existsSync(join(repo, 'allowed.txt'))).toBe(false)
  expect(changes).toBeGreaterThan(0)

  await reply(turn, item.id, 'once')
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'the end' })
  expect(readFileSync(join(repo, 'allowed.txt'), 'utf8')).toBe('hi\n')
  expect(turn.data('permission')).toMatchObject([{ requestId: item.id, permission: 'bash', title: item.title }])
  expect(turn.data('permission.replied')).toEqual([{ requestId: item.id, reply: 'once' }])
  expect(turn.attention).toEqual(['permission', null])
  expect(scene.agents.inbox()).toEqual([])
  await expect(reply(turn, item.id, 'once')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  unsubscribe()
})

test('“always” allows the same again without asking', async () => {
  const turn = start('ask', bash('echo 1'), bash('echo 2'))
  await reply(turn, (await asked(turn)).id, 'always')
  expect(await turn.ending).toMatchObject({ kind: 'done' })
  expect(turn.data('permission')).toHaveLength(1)
})

test('a refusal without a word ends the turn as refused', async () => {
  const turn = start('ask', write('refused.txt'))
  await reply(turn, (await asked(turn)).id, 'reject')
  expect(await turn.ending).toMatchObject({ kind: 'failed', error: { code: 'PERMISSION_REJECTED', retryable: false } })
  expect(existsSync(join(repo, 'refused.txt'))).toBe(false)
  expect(turn.data('permission.replied')).toMatchObject([{ reply: 'reject' }])
})

test('a refusal with a message lets the agent go on', async () => {
  const turn = start('ask', write('refused.txt'))
  await reply(turn, (await asked(turn)).id, 'reject', 'use another name')
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'the end' })
  expect(turn.data('tool')).toMatchObject([{ status: 'error', error: expect.stringContaining('use another name') }])
  expect(turn.data('permission.replied')).toMatchObject([{ reply: 'reject', message: 'use another name' }])
})

test('“allow-edits” writes files without asking, but asks before a command', async () => {
  const turn = start('allow-edits', write('edited.txt'), bash('true'))
  const item = await asked(turn)
  expect(item.title).toBe('bash: true')
  expect(existsSync(join(repo, 'edited.txt'))).toBe(true)
  await reply(turn, item.id, 'once')
  expect(await turn.ending).toMatchObject({ kind: 'done' })
})

test('reading is free under every policy, but not outside the worktree', async () => {
  const turn = start('ask', { name: 'read', args: { filePath: '.' } }, { name: 'read', args: { filePath: '/etc/hostname' } })
  const item = await asked(turn)
  expect(item.title).toContain('external_directory')
  expect(turn.data('tool')).toMatchObject([{ tool: 'read', status: 'completed' }])
  await reply(turn, item.id, 'reject')
  await turn.ending
})

test('“allow-all” never waits: what lies outside is refused, and there are no questions', async () => {
  const turn = start('allow-all', { name: 'read', args: { filePath: '/etc/hostname' } }, bash('echo fine'))
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'the end' })
  expect(turn.data('tool')).toMatchObject([
    { tool: 'read', status: 'error' },
    { tool: 'bash', status: 'completed' },
  ])
  expect(turn.attention).toEqual([])
})

test('what the person’s own configuration forbids stays forbidden', async () => {
  const turn = start('allow-all', bash('git push origin main'))
  expect(await turn.ending).toMatchObject({ kind: 'done' })
  expect(turn.data('tool')).toMatchObject([{ tool: 'bash', status: 'error' }])
})

const task = (...steps: Parameters<typeof script>[0]) => ({
  name: 'task',
  args: { description: 'a subtask', prompt: script([...steps, { text: 'sub done' }]), subagent_type: 'general' },
})

test('a subagent asks as its run does', async () => {
  const turn = start('ask', task({ tools: [write('by-subagent.txt')] }))
  const item = await asked(turn)
  expect(item.title).toContain('edit: by-subagent.txt')
  expect(existsSync(join(repo, 'by-subagent.txt'))).toBe(false)
  await reply(turn, item.id, 'once')
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'the end' })
  expect(existsSync(join(repo, 'by-subagent.txt'))).toBe(true)
})

test('a subagent of an “allow-edits” run edits freely and asks before a command', async () => {
  const turn = start('allow-edits', task({ tools: [write('sub-edit.txt')] }, { tools: [bash('true')] }))
  const item = await asked(turn)
  expect(item.title).toBe('bash: true')
  expect(existsSync(join(repo, 'sub-edit.txt'))).toBe(true)
  expect(turn.data('permission')).toHaveLength(1)
  await reply(turn, item.id, 'once')
  expect(await turn.ending).toMatchObject({ kind: 'done' })
})

test('an exploring subagent may not run commands unasked', async () => {
  const explore = task({ tools: [bash('touch explored.txt')] })
  const turn = start('ask', { ...explore, args: { ...explore.args, subagent_type: 'explore' } })
  const item = await asked(turn)
  expect(item.title).toBe('bash: touch explored.txt')
  expect(existsSync(join(repo, 'explored.txt'))).toBe(false)
  await reply(turn, item.id, 'reject')
  await turn.ending
})

const question = {
  name: 'question',
  args: {
    questions: [
      {
        question: 'Which one?',
        header: 'Choice',
        options: [
          { label: 'A', description: 'the first' },
          { label: 'B', description: 'the second' },
        ],
      },
    ],
  },
}

test('a question waits in the inbox with its options, and the agent hears the answer', async () => {
  const turn = start('ask', question)
  const item = await asked(turn)
  expect(item).toMatchObject({
    kind: 'question',
    title: 'Which one?',
    questions: [{ question: 'Which one?', header: 'Choice', multiple: false, options: [{ label: 'A' }, { label: 'B' }] }],
  })
  expect(turn.attention).toEqual(['question'])
  await scene.agents.replyQuestion({ runId: turn.runId, requestId: item.id, answers: [['B']] })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'the end' })
  expect(turn.data('question')).toMatchObject([{ requestId: item.id, title: 'Which one?' }])
  expect(turn.data('question.replied')).toEqual([{ requestId: item.id, answers: [['B']] }])
  expect(turn.data('tool')).toMatchObject([{ tool: 'question', status: 'completed', output: expect.stringContaining('B') }])
})

test('a dismissed question ends the turn as such', async () => {
  const turn = start('ask', question)
  const item = await asked(turn)
  await scene.agents.replyQuestion({ runId: turn.runId, requestId: item.id, answers: null })
  expect(await turn.ending).toMatchObject({ kind: 'failed', error: { code: 'QUESTION_REJECTED' } })
  expect(scene.agents.inbox()).toEqual([])
})
