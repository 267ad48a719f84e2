import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findMarked } from '../../../src/main/platform/index.ts'
import { type OpencodeScene, openScene, script, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()
let scene: OpencodeScene
let repo: string
beforeAll(async () => {
  scene = await openScene()
  repo = scene.repository('repo')
})
afterAll(() => scene.close())

const bash = (command: string) => ({ tools: [{ name: 'bash', args: { command, description: 'a command' } }] })

test('an abort ends the session before its commands: an agent whose command is ended first would only go on', async () => {
  // Such a command has simply ended when it is told to.
  const command = 'trap "exit 0" TERM; touch started; while :; do sleep 0.05; done'
  const turn = startTurn(scene, { directory: repo, prompt: script([bash(command), { text: 'It ended, so I go on.' }]) })
  await turn.until(() => existsSync(join(repo, 'started')))
  const asked = scene.model.requests.length
  turn.abort()
  expect(await turn.ending).toMatchObject({ kind: 'aborted' })
  expect(scene.model.requests.length).toBe(asked)
  expect(findMarked({ name: 'RUN_ATTEMPT_ID', value: turn.turn.attemptId })).toEqual([])
})

test('a listener is told of a request when the run has been told as well, and of its end likewise', async () => {
  const turn = startTurn(scene, { directory: repo, policy: 'ask', prompt: script([bash('true'), { text: 'done' }]) })
  const seen: [number, string | null | undefined][] = []
  const unsubscribe = scene.agents.subscribe(() => {
    const open = scene.agents.inbox().filter(({ runId }) => runId === turn.runId)
    seen.push([open.length, turn.attention.at(-1)])
    const [item] = open
    // It may answer from there.
    if (item) void scene.agents.replyPermission({ runId: turn.runId, requestId: item.id, reply: 'once' }).catch(() => {})
  })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'done' })
  unsubscribe()
  expect(seen).toContainEqual([1, 'permission'])
  expect(seen.filter(([open, attention]) => open > 0 !== (attention === 'permission'))).toEqual([])
})

test('a listener of the agents that throws harms neither the others nor the turn', async () => {
  const turn = startTurn(scene, { directory: repo, policy: 'ask', prompt: script([bash('true'), { text: 'done' }]) })
  let heard = 0
  const ends = [
    scene.agents.subscribe(() => {
      throw new Error('a listener of its own mind')
    }),
    scene.agents.subscribe(() => {
      heard += 1
      for (const { id, runId } of scene.agents.inbox())
        void scene.agents.replyPermission({ runId, requestId: id, reply: 'once' }).catch(() => {})
    }),
  ]
  expect(await turn.ending).toMatchObject({ kind: 'done' })
  for (const end of ends) end()
  expect(heard).toBeGreaterThan(0)
})
