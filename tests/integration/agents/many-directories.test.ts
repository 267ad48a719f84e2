import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpencodeScene, openScene, script, startTurn } from '../../support/opencode.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()
let scene: OpencodeScene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())

test('agents in two worktrees each of two projects work at once and never see each other’s files', async () => {
  const places = ['red', 'blue'].flatMap((project) => {
    const repo = scene.repository(project)
    return ['left', 'right'].map((side) => scene.worktree(repo, `${project}-${side}`))
  })
  const turns = places.map((directory, n) =>
    startTurn(scene, {
      directory,
      prompt: script([
        { tools: [{ name: 'write', args: { filePath: 'mine.txt', content: `${n}` } }] },
        { tools: [{ name: 'bash', args: { command: `ls *.txt; cat mine.txt; echo ${n} > bash-${n}.txt`, description: 'look' } }] },
        { text: `I am ${n}`, chunks: 8, delayMs: 100 },
      ]),
    }),
  )
  const endings = await Promise.all(turns.map(({ ending }) => ending))
  expect(endings).toMatchObject(places.map((_, n) => ({ kind: 'done', text: expect.stringContaining(`I am ${n}`) })))

  for (const [n, directory] of places.entries()) {
    expect(readdirSync(directory).sort()).toEqual(['.git', `bash-${n}.txt`, 'mine.txt'])
    expect(readFileSync(join(directory, 'mine.txt'), 'utf8')).toBe(`${n}`)
    const turn = turns[n]!
    expect(turn.data('text')).toHaveLength(1)
    expect(turn.data('files')).toEqual([{ files: ['mine.txt'] }])
    expect(turn.data('tool').map(({ output }) => output)).toEqual([expect.any(String), `mine.txt\n${n}`])
    expect(turn.deltas.join('')).toContain(`I am ${n}`)
  }
  expect(existsSync(join(scene.folder, 'red', 'mine.txt'))).toBe(false)
})

test('a directory that was disposed can be used again', async () => {
  const directory = scene.worktree(scene.repository('again'), 'again-1')
  await startTurn(scene, { directory, prompt: script([{ text: 'one' }]) }).ending
  await scene.agents.dispose(directory)
  const turn = startTurn(scene, { directory, prompt: script([{ text: 'two' }]) })
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'two' })
})

test('a directory with a turn under way is not disposed', async () => {
  const directory = scene.worktree(scene.repository('busy'), 'busy-1')
  const turn = startTurn(scene, { directory, prompt: script([{ text: 'slowly', chunks: 6, delayMs: 100 }]) })
  await turn.until(({ deltas }) => deltas.length > 0)
  await scene.agents.dispose(directory)
  expect(await turn.ending).toMatchObject({ kind: 'done', text: 'slowly' })
})
