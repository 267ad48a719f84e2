import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findMarked } from '../../src/main/platform/index.ts'
import { git } from '../support/git.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { openScene, until, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

describe('a host is killed while git makes a worktree', () => {
  it.each([
    ['its watchdog ends git', false],
    ['the next start ends git', true],
  ])('%s, takes the half of it away, and makes a whole one', async (_, watchdog) => {
    const scene = await openScene()
    const first = await scene.start()
    const project = await scene.project(first)
    // A filter of the person's own, which makes the checkout of one file as slow as it is told to be.
    const go = join(scene.folder, 'go')
    git(project.path, 'config', 'filter.slow.smudge', `sh -c 'test -e ${go} || sleep 300; cat'`)
    writeFileSync(join(project.path, '.gitattributes'), 'slow.txt filter=slow\n')
    for (const name of ['a.txt', 'slow.txt', 'z.txt']) writeFileSync(join(project.path, name), `${name}\n`)
    git(project.path, 'add', '--all')
    git(project.path, 'commit', '--quiet', '--message', 'Files')
    const { id } = await first.create({ steps: [{ op: 'shell', params: { command: 'cat slow.txt z.txt' } }], projectId: project.id })
    const folder = join(scene.dataDir, 'worktrees', project.id)
    const halves = (): string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, '.git'))) : [])
    const gits = (): number => findMarked({ name: 'CONTROLROOM_INSTANCE', value: first.instanceId }).length
    await until(() => halves().length === 1 && gits() > 1)

    await first.kill({ watchdog })
    if (!watchdog) await untilNothingIsLeft(first.instanceId)
    writeFileSync(go, '')
    const second = await scene.start()

    expect(await second.until(id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 2, lost: 1, error: null })
    await untilNothingIsLeft(first.instanceId, 1_000)
    expect(halves()).toEqual([(await second.run(id)).worktreeId])
    expect(git(project.path, 'worktree', 'list').split('\n')).toHaveLength(2)
    expect(git(join(folder, halves()[0]!), 'status', '--porcelain')).toBe('')
    expect(await second.signal('SIGTERM')).toMatchObject({ code: 0 })
  })
})
