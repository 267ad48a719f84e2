import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findMarked } from '../../src/main/platform/index.ts'
import type { Worktree } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { isAlive, openScene, processIdentity, until } from './scene.ts'

failOnLeftovers()

const STORY = 'Tell a very long story.'
const COMMAND = 'Run a long command.'
const CALL = 'Call a tool slowly.'
const write = { tools: [{ name: 'write', args: { filePath: 'kept.txt', content: 'kept\n' } }] }

it('the OpenCode server is killed under its runs: they go on in the same attempt, and hear their prompt once', async () => {
  const scene = await openScene()
  const host = await scene.start()
  const project = await scene.project(host)
  scene.prompts[STORY] = { steps: [write, { text: 'a word ', chunks: 1_000, delayMs: 50 }] }
  scene.prompts[COMMAND] = {
    steps: [
      write,
      {
        tools: [{ name: 'bash', args: { command: 'test -e once || { touch once; setsid sleep 300 & sleep 301; }', description: 'wait' } }],
      },
      { text: 'done' },
    ],
  }
  // Its server dies between the first and the last word of the call.
  scene.prompts[CALL] = { steps: [{ ...write, chunks: 20, delayMs: 60_000 }] }
  const runs = await Promise.all(
    [STORY, COMMAND, CALL].map((prompt) => host.create({ prompt, projectId: project.id, policy: 'allow-all', model: 'fake/fake' })),
  )
  await until(() => scene.model.requests.some(({ scenario, step, outcome }) => scenario === STORY && step === 1 && outcome === 'open'))
  await until(() => findMarked({ name: 'RUN_ID', value: runs[1]!.id }).length >= 2)
  await until(() => scene.model.requests.some(({ scenario, outcome }) => scenario === CALL && outcome === 'open'))
  const sleepers = findMarked({ name: 'RUN_ID', value: runs[1]!.id })
  const server = processIdentity((await host.status()).opencode.pid!)!

  scene.prompts[STORY] = { steps: [write, { text: 'The end.' }] }
  scene.prompts[CALL] = { steps: [write, { text: 'Called.' }] }
  process.kill(server.pid, 'SIGKILL')

  for (const [index, prompt] of [STORY, COMMAND, CALL].entries()) {
    const { id } = runs[index]!
    expect(await host.until(id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 1, lost: 0, error: null })
    const asked = scene.model.requests.findLast(({ scenario }) => scenario === prompt)!
    expect(asked.body.messages.filter(({ content }) => JSON.stringify(content).includes(prompt))).toHaveLength(1)
    const events = await host.events(id)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, position) => position + 1))
    const { worktrees } = await host.get<{ worktrees: Worktree[] }>('/worktrees')
    expect(existsSync(join(worktrees.find(({ runId }) => runId === id)!.path, 'kept.txt'))).toBe(true)
  }
  expect([server, ...sleepers].filter(isAlive)).toEqual([])
  expect((await host.status()).opencode).toMatchObject({ state: 'ready', pid: expect.not.stringMatching(String(server.pid)) })
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
})
