import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import { killTree, startProcess, systemClock } from '../../../src/main/platform/index.ts'
import type { WorktreeManager } from '../../../src/main/worktrees/index.ts'
import { breakGit, git, readCheckout, readTree, repositoryAt, writeFiles } from '../../support/git.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { createScene, type Scene } from './scene.ts'

failOnLeftovers()

const PROGRAM = resolve(import.meta.dirname, 'programs/one-verb.ts')

/** Where a host dies: at its n-th git command, before it runs or after it has ended. */
interface Crash {
  readonly at: number
  readonly when: 'before' | 'after'
}

/** Runs one verb in a process of its own that is killed at a moment; `at: 0` lets it live. Returns how many git commands it began. */
function runHost(scene: Scene, verb: string, argument: string, crash: Crash): number {
  const bin = tempFolder('bin')
  const count = join(bin, 'count')
  writeFileSync(count, '')
  // In the place of git: the same program, and at the chosen moment a kill that nothing can catch.
  const kill = (when: string) => `if [ "$n" = ${crash.when === when ? crash.at : 0} ]; then kill -9 $PPID; exit 1; fi`
  writeFiles(bin, {
    git: `#!/bin/sh\necho x >> ${count}\nn=$(wc -l < ${count} | tr -d ' ')\n${kill('before')}\nPATH="${process.env.PATH}" git "$@"\ncode=$?\n${kill('after')}\nexit $code\n`,
  })
  chmodSync(join(bin, 'git'), 0o755)
  const args = [PROGRAM, scene.root, JSON.stringify(scene.project), verb, argument]
  const ended = spawnSync(process.execPath, args, { env: { ...process.env, PATH: bin + delimiter + process.env.PATH }, encoding: 'utf8' })
  if (crash.at === 0) expect(ended.status, ended.stderr).toBe(0)
  else expect(ended.signal, ended.stderr).toBe('SIGKILL')
  return readFileSync(count, 'utf8').length / 2
}

/** Nothing of any worktree is left in the repository or the data folder. */
async function expectNothingLeft(scene: Scene, manager: WorktreeManager): Promise<void> {
  await manager.settled()
  expect(await manager.list(scene.project)).toHaveLength(1)
  expect(scene.repository.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1)
  expect(scene.repository.git('branch', '--list', 'task-*')).toBe('')
  expect(existsSync(join(scene.repository.path, '.git', 'worktrees'))).toBe(false)
  expect(scene.left()).toEqual([])
}

const FILES = { 'a.txt': 'a\n', 'b/c.txt': 'c\n' }

test('a host that dies at any step of making a worktree leaves nothing half-made behind', async () => {
  const whole = createScene(FILES)
  const commands = runHost(whole, 'create', 'r0', { at: 0, when: 'before' })
  expect(commands).toBeGreaterThanOrEqual(3)
  for (let at = 1; at <= commands; at++) {
    for (const when of ['before', 'after'] as const) {
      const scene = createScene(FILES)
      const before = readCheckout(scene.repository.path)
      runHost(scene, 'create', 'r1', { at, when })
      const manager = scene.restart()
      await manager.recover([scene.project])
      const [, found] = await manager.list(scene.project)
      if (found) expect(readTree(found.path), `${when} ${at}`).toEqual(readTree(scene.repository.path))
      else await expectNothingLeft(scene, manager)
      expect(readCheckout(scene.repository.path), `${when} ${at}`).toEqual(before)

      const made = await manager.create(scene.project, { runId: 'r1', base: null })
      expect(readTree(made.path)).toEqual(readTree(scene.repository.path))
      expect(await manager.get(scene.project, made.id)).toMatchObject({ dirty: false, branch: made.name })
    }
  }
})

test('a host that dies together with git in the middle of a checkout leaves nothing half-made behind', async () => {
  const names = Array.from({ length: 50 }, (_, at) => `f${at}.slow`)
  const scene = createScene({ ...Object.fromEntries(names.map((name) => [name, name])), '.gitattributes': '*.slow filter=slow\n' })
  const reached = join(tempFolder(), 'reached')
  const filter = join(tempFolder(), 'smudge')
  writeFileSync(filter, `#!/bin/sh\necho x >> ${reached}\nif [ $(wc -l < ${reached}) = 20 ]; then sleep 60; fi\ncat\n`)
  chmodSync(filter, 0o755)
  scene.repository.git('config', 'filter.slow.smudge', filter)
  const args = [PROGRAM, scene.root, JSON.stringify(scene.project), 'create', 'r1']
  const host = startProcess({ command: process.execPath, args })
  await vi.waitFor(() => expect(readFileSync(reached, 'utf8')).toHaveLength(40), { timeout: 20_000 })
  await killTree({ identity: host.identity }, { clock: systemClock, graceMs: 0, signal: 'SIGKILL' })
  scene.repository.git('config', '--unset', 'filter.slow.smudge')
  expect(scene.repository.git('worktree', 'list', '--porcelain')).toMatch(/task-r1-/)

  const manager = scene.restart()
  await manager.recover([scene.project])
  await expectNothingLeft(scene, manager)
  expect(await manager.create(scene.project, { runId: 'r1', base: null })).toMatchObject({ dirty: false })
})

/** A worktree with a commit, a staged, a changed and an untracked file. */
async function startWithWork(): Promise<{
  scene: Scene
  id: string
  path: string
  runId: string
  tree: Record<string, string>
  commit: string
}> {
  const scene = createScene(FILES)
  const { worktree, files, runId } = await scene.start()
  files.write({ 'a.txt': 'committed\n' })
  const commit = files.commit('Work')
  files.write({ 'a.txt': 'changed\n', 'staged.txt': 'staged\n', 'new/x.txt': 'untracked\n' })
  files.git('add', 'staged.txt')
  return { scene, id: worktree.id, path: worktree.path, runId, tree: readTree(worktree.path), commit }
}

/** The worktree is as it was, or it is gone and all of its work is in a snapshot. */
async function expectNothingLost(work: Awaited<ReturnType<typeof startWithWork>>, manager: WorktreeManager): Promise<void> {
  const { scene, id, runId, tree, commit } = work
  const found = await manager.get(scene.project, id)
  if (found) {
    expect(readTree(found.path)).toEqual(tree)
    expect(repositoryAt(found.path).git('rev-parse', 'HEAD')).toBe(commit)
    expect(found).toMatchObject({ dirty: true, ahead: 1, branch: id })
    await manager.remove(scene.project, id, { discardChanges: true })
  }
  await expectNothingLeft(scene, manager)
  const last = (await manager.snapshots(scene.project, runId)).at(-1)!
  expect(scene.repository.git('merge-base', '--is-ancestor', commit, last.commit)).toBe('')
  const again = await manager.create(scene.project, { runId, base: null })
  await manager.restore(scene.project, again.id, last.ref)
  expect(readTree(again.path)).toEqual(tree)
}

test('a host that dies at any step of a removal loses nothing, and the removal is finished or undone', async () => {
  const commands = await (async () => {
    const { scene, id } = await startWithWork()
    return runHost(scene, 'remove', id, { at: 0, when: 'before' })
  })()
  // Until the snapshot is taken nothing has happened to the worktree: the moments from there on.
  const moments: Crash[] = []
  for (let at = commands - 6; at <= commands; at++) moments.push({ at, when: 'before' })
  for (let at = commands - 3; at <= commands; at++) moments.push({ at, when: 'after' })
  for (const crash of moments) {
    const work = await startWithWork()
    const before = readCheckout(work.scene.repository.path)
    runHost(work.scene, 'remove', work.id, crash)
    const manager = work.scene.restart()
    await manager.recover([work.scene.project])
    expect(readCheckout(work.scene.repository.path), JSON.stringify(crash)).toEqual(before)
    await expectNothingLost(work, manager)
  }
})

test('a removal that cannot be finished after a crash is undone', async () => {
  const rehearsal = await startWithWork()
  const commands = runHost(rehearsal.scene, 'remove', rehearsal.id, { at: 0, when: 'before' })
  const work = await startWithWork()
  const { scene, id } = work
  // The last command tidies the configuration, the one before it unregisters: by then the folder is archived and the branch deleted.
  runHost(scene, 'remove', id, { at: commands - 1, when: 'before' })
  expect(existsSync(work.path)).toBe(false)
  expect(scene.repository.git('branch', '--list', id)).toBe('')

  const manager = scene.restart()
  const mend = breakGit('worktree remove')
  await manager.recover([scene.project])
  mend()
  expect(await manager.get(scene.project, id)).not.toBeNull()
  await manager.recover([scene.project])
  await expectNothingLost(work, manager)
})

test('a host that dies at any step of a snapshot or a reset loses nothing', async () => {
  const commands = await (async () => {
    const { scene, id } = await startWithWork()
    return runHost(scene, 'reset', id, { at: 0, when: 'before' })
  })()
  for (let at = commands - 9; at <= commands; at++) {
    const work = await startWithWork()
    const { scene, id } = work
    runHost(scene, 'reset', id, { at, when: 'before' })
    const manager = scene.restart()
    await manager.recover([scene.project])
    const last = (await manager.snapshots(scene.project, work.runId)).at(-1)
    if (last) await manager.restore(scene.project, id, last.ref)
    const found = await manager.get(scene.project, id)
    expect(readTree(found!.path), String(at)).toEqual(work.tree)
    expect(git(scene.repository.path, 'rev-list', '--all'), String(at)).toContain(work.commit)
  }
})
