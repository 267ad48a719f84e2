import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpencodeScene, openScene, script, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()
let scene: OpencodeScene
beforeAll(async () => {
  scene = await openScene({ environment: { OPENCODE_DISABLE_PROJECT_CONFIG: '0' } })
})
afterAll(() => scene.close())

/** A repository whose own plugin breaks prompts off, so many of them, as OpenCode does by itself when it is very busy. */
function repositoryThatBreaksOff(name: string, times: number): string {
  const directory = scene.repository(name)
  const plugins = join(directory, '.opencode', 'plugin')
  mkdirSync(plugins, { recursive: true })
  writeFileSync(
    join(plugins, 'break-off.js'),
    `let left = ${times}
export const BreakOff = async () => ({
  'chat.message': async () => {
    if (left-- > 0) throw new Error('All fibers interrupted without error')
  },
})`,
  )
  return directory
}

test('a turn that OpenCode itself breaks off goes on at once, and says so', async () => {
  const directory = repositoryThatBreaksOff('breaks-off', 2)
  const turn = startTurn(scene, { directory, prompt: script([{ text: 'answered all the same' }]) })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'answered all the same' })
  expect(turn.data('prompt')).toHaveLength(1)
  const warnings = turn.events.filter(({ level }) => level === 'warn')
  expect(warnings.map(({ message }) => message)).toEqual(Array(2).fill(expect.stringContaining('broke off')))
  expect(scene.model.requests.at(-1)!.body.messages.filter(({ role }) => role === 'user')).toHaveLength(1)
})

test('a turn that OpenCode breaks off again and again fails with what to do', async () => {
  const directory = repositoryThatBreaksOff('breaks-off-for-ever', 100)
  const turn = startTurn(scene, { directory, prompt: script([{ text: 'never said' }]) })
  expect(await turn.ending).toMatchObject({
    kind: 'failed',
    error: { code: 'SESSION_INTERRUPTED', retryable: true, message: expect.stringContaining('Retry') },
  })
})
