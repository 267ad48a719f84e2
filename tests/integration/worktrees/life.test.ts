import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newId } from '../../../src/main/platform/index.ts'
import { git, personalGitConfig, readCheckout, repositoryAt, writeFiles } from '../../support/git.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { createScene, projectAt } from './scene.ts'

failOnLeftovers()

test('a worktree has the name of its run and the time, as folder and as branch', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 5, 9, 8, 7))
  const scene = createScene({ 'a.txt': 'a\n' }, clock)
  const worktree = await scene.worktrees.create(scene.project, { runId: '01run', base: null })
  const head = scene.repository.git('rev-parse', 'HEAD')
  expect(worktree).toEqual({
    id: 'task-01run-20260105t090807',
    name: 'task-01run-20260105t090807',
    projectId: scene.project.id,
    path: join(scene.root, scene.project.id, 'task-01run-20260105t090807'),
    branch: 'task-01run-20260105t090807',
    runId: '01run',
    baseCommit: head,
    headCommit: head,
    main: false,
    dirty: false,
    ahead: 0,
    sizeBytes: null,
    createdAt: clock.now(),
  })
  expect(git(worktree.path, 'symbolic-ref', '--short', 'HEAD')).toBe(worktree.name)
  expect(readFileSync(join(worktree.path, 'a.txt'), 'utf8')).toBe('a\n')
  expect(await scene.worktrees.get(scene.project, worktree.id)).toEqual(worktree)
})

test('work in worktrees never touches the main checkout with its changes and staged files', async () => {
  const scene = createScene({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' })
  const { repository, worktrees, project } = scene
  repository.write({ 'a.txt': 'changed\n', 'b.txt': 'staged\n', 'new.txt': 'untracked\n' })
  repository.git('add', 'b.txt')
  repository.write({ 'b.txt': 'staged, then changed\n' })
  repository.git('rm', '--quiet', '--cached', 'c.txt')
  const before = readCheckout(repository.path)

  const one = await scene.start()
  const two = await scene.start()
  expect(readFileSync(join(one.worktree.path, 'a.txt'), 'utf8')).toBe('a\n')
  one.files.write({ 'a.txt': 'one\n', 'only/one.txt': '1\n' })
  two.files.write({ 'a.txt': 'two\n' })
  two.files.commit()
  await worktrees.snapshot(project, one.worktree.id)
  await worktrees.diff(project, one.worktree.id)
  await worktrees.diff(project, two.worktree.id)
  await worktrees.list(project, { sizes: true })
  await worktrees.reset(project, one.worktree.id, { discardChanges: true })
  await worktrees.remove(project, two.worktree.id, { discardChanges: true })
  await worktrees.recover([project])
  await worktrees.settled()

  expect(readCheckout(repository.path)).toEqual(before)
})

test('twenty worktrees asked for at once all come, each with its own branch', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const made = await Promise.all(Array.from({ length: 20 }, () => scene.start()))
  expect(new Set(made.map(({ worktree }) => worktree.path)).size).toBe(20)
  const listed = await scene.worktrees.list(scene.project)
  expect(listed.map(({ id }) => id).sort()).toEqual(['project', ...made.map(({ worktree }) => worktree.id)].sort())
  expect(scene.repository.git('fsck', '--strict')).toBe('')
})

test('asking again for a run gives the worktree it has, also when asked twice at once', async () => {
  const scene = createScene()
  const runId = newId()
  const [one, two] = await Promise.all([scene.start(runId), scene.start(runId)])
  expect(two.worktree.path).toBe(one.worktree.path)
  one.files.write({ 'kept.txt': 'work\n' })
  const again = await scene.restart().create(scene.project, { runId, base: null })
  expect(again).toMatchObject({ id: one.worktree.id, dirty: true })
  expect(readFileSync(join(again.path, 'kept.txt'), 'utf8')).toBe('work\n')
})

test('entering a worktree again deletes the lock that a killed git left', async () => {
  const scene = createScene()
  const { worktree, runId } = await scene.start()
  writeFiles(join(scene.repository.path, '.git', 'worktrees', worktree.name), { 'index.lock': '' })
  await scene.start(runId)
  expect(() => repositoryAt(worktree.path).commit()).not.toThrow()
})

test('a run removed and started again within one second gets another name when the first is taken', async () => {
  const clock = createManualClock()
  const scene = createScene(undefined, clock)
  const { worktree, files, runId } = await scene.start()
  files.commit('Work on the branch')
  git(scene.repository.path, 'worktree', 'remove', '--force', worktree.path)
  const again = await scene.start(runId)
  expect(again.worktree.id).not.toBe(worktree.id)
  expect(scene.repository.git('log', '-1', '--format=%s', worktree.branch!)).toBe('Work on the branch')
})

test.for(['tag', 'branch', 'short id', 'expression'])('a worktree starts from a %s', async (kind) => {
  const scene = createScene({ 'a.txt': 'old\n' })
  const old = scene.repository.git('rev-parse', 'HEAD')
  scene.repository.git('tag', '-a', 'v1', '-m', 'One')
  scene.repository.git('branch', 'feature/x')
  scene.repository.write({ 'a.txt': 'new\n' })
  scene.repository.commit()
  const base = { tag: 'v1', branch: 'feature/x', 'short id': old.slice(0, 10), expression: 'HEAD~1' }[kind]!
  const { worktree } = await scene.start(newId(), base)
  expect(worktree.baseCommit).toBe(old)
  expect(readFileSync(join(worktree.path, 'a.txt'), 'utf8')).toBe('old\n')
})

test.for(['--upload-pack=touch x', '-h', '', 'nope', 'HEAD:a.txt', 'a\nb', 'HEAD\0'])(
  'a base that names no commit is refused: %j',
  async (base) => {
    const scene = createScene({ 'a.txt': 'a\n' })
    await expect(scene.start(newId(), base)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
    expect(scene.repository.git('branch', '--list', 'task-*')).toBe('')
    expect(scene.left()).toEqual([])
  },
)

test.for(['../up', 'a/b', 'A', '', '-x', 'a.b'])('an id that is none is refused before anything is made: %j', async (runId) => {
  const scene = createScene()
  await expect(scene.start(runId)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
  expect(scene.left()).toEqual([])
})

test('a repository without a commit says what to do', async () => {
  const scene = createScene()
  const path = tempFolder()
  git(path, 'init', '--quiet')
  await expect(scene.worktrees.create(projectAt(path), { runId: newId(), base: null })).rejects.toThrow(
    /no commit yet: make a first commit/,
  )
})

test('a bare repository is refused', async () => {
  const scene = createScene()
  const path = tempFolder()
  git(path, 'clone', '--quiet', '--bare', scene.repository.path, '.')
  await expect(scene.worktrees.create(projectAt(path), { runId: newId(), base: null })).rejects.toThrow(/bare repository/)
})

test('a repository that is gone does not lead to one further up', async () => {
  const outer = createScene()
  const inner = join(outer.repository.path, 'inner')
  git(outer.repository.path, 'init', '--quiet', 'inner')
  repositoryAt(inner).commit()
  const project = projectAt(inner)
  await outer.worktrees.create(project, { runId: newId(), base: null })
  git(outer.repository.path, 'clean', '-ffdq')
  writeFiles(inner, { 'just-a-folder.txt': '' })
  await expect(outer.worktrees.list(project)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('no hook, no program of a configuration and no signature is in the way', async () => {
  const traps = tempFolder('traps')
  const program = (name: string): string => {
    const path = join(traps, name)
    writeFiles(traps, { [name]: `#!/bin/sh\necho ${name} >> ${traps}/sprung\nexit 1\n` })
    chmodSync(path, 0o755)
    return path
  }
  const scene = createScene({ 'a.txt': 'a\n' })
  const hooks = ['post-checkout', 'pre-commit', 'post-commit', 'reference-transaction', 'post-index-change', 'pre-auto-gc']
  for (const hook of hooks) symlinkSync(program(hook), join(scene.repository.path, '.git', 'hooks', hook))
  personalGitConfig(`
[commit]
  gpgsign = true
[gpg]
  program = ${program('gpg')}
[core]
  autocrlf = true
  fsmonitor = ${program('fsmonitor')}
  hooksPath = ${join(scene.repository.path, '.git', 'hooks')}
  editor = ${program('editor')}
  pager = ${program('pager')}
[diff]
  external = ${program('differ')}
  noprefix = true
[log]
  showSignature = true
[status]
  showUntrackedFiles = no
[submodule]
  recurse = true
`)
  const { worktree, files } = await scene.start()
  files.write({ 'a.txt': 'changed\n', 'b.txt': 'new\n' })
  expect(await scene.worktrees.get(scene.project, worktree.id)).toMatchObject({ dirty: true })
  expect(await scene.worktrees.snapshot(scene.project, worktree.id)).not.toBeNull()
  const { files: changes } = await scene.worktrees.diff(scene.project, worktree.id)
  expect(changes).toMatchObject([{ path: 'a.txt', patch: expect.stringContaining('+++ b/a.txt') }, { path: 'b.txt' }])
  await scene.worktrees.reset(scene.project, worktree.id, { discardChanges: true })
  await scene.worktrees.remove(scene.project, worktree.id, { discardChanges: false })
  expect(existsSync(join(traps, 'sprung'))).toBe(false)
})

test('the main checkout is listed, and never reset, removed, snapshotted or restored', async () => {
  const { worktrees, project, repository } = createScene()
  repository.write({ 'new.txt': 'x' })
  expect(await worktrees.list(project)).toMatchObject([
    { id: 'project', main: true, path: repository.path, branch: 'main', dirty: true, runId: null },
  ])
  const refused = { code: 'FORBIDDEN' }
  await expect(worktrees.remove(project, 'project', { discardChanges: true })).rejects.toMatchObject(refused)
  await expect(worktrees.reset(project, 'project', { discardChanges: true })).rejects.toMatchObject(refused)
  await expect(worktrees.snapshot(project, 'project')).rejects.toMatchObject(refused)
  await expect(worktrees.restore(project, 'project', 'refs/heads/main')).rejects.toMatchObject(refused)
  expect((await worktrees.diff(project, 'project')).files).toMatchObject([{ path: 'new.txt', status: 'added' }])
})

test("a person's own worktrees are not listed and cannot be named", async () => {
  const { worktrees, project, repository } = createScene()
  const own = join(tempFolder(), 'own')
  repository.git('worktree', 'add', '--quiet', '-b', 'own', own)
  expect(await worktrees.list(project)).toHaveLength(1)
  for (const id of ['own', own, '../own', `../../${own}`, 'task-x-20260101t000000']) {
    await expect(worktrees.remove(project, id, { discardChanges: true })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  }
  expect(existsSync(own)).toBe(true)
})

test('a listing says branch, head, changes, commits ahead and disk use', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await start()
  files.write({ 'b.txt': 'b'.repeat(100_000) })
  const head = files.commit()
  const found = (await worktrees.list(project, { sizes: true })).find(({ id }) => id === worktree.id)!
  expect(found).toMatchObject({ branch: worktree.name, headCommit: head, dirty: false, ahead: 1 })
  expect(found.sizeBytes).toBeGreaterThanOrEqual(100_000)
  files.git('checkout', '--quiet', '--detach')
  symlinkSync('nowhere', join(worktree.path, 'link'))
  expect(await worktrees.get(project, worktree.id)).toMatchObject({ branch: null, headCommit: head, dirty: true, ahead: 1 })
})

test('a project whose path holds spaces, quotes and letters of any kind works', async () => {
  const scene = createScene()
  const path = join(tempFolder(), 'mein "Projekt" ü 日本 $HOME')
  git(scene.root, 'clone', '--quiet', scene.repository.path, path)
  const project = projectAt(path)
  const worktree = await scene.worktrees.create(project, { runId: newId(), base: null })
  writeFiles(worktree.path, { 'x y\n"ü".txt': 'x' })
  expect(await scene.worktrees.snapshot(project, worktree.id)).not.toBeNull()
  expect((await scene.worktrees.diff(project, worktree.id)).files).toMatchObject([{ path: 'x y\n"ü".txt' }])
  await scene.worktrees.remove(project, worktree.id, { discardChanges: true })
  expect(existsSync(worktree.path)).toBe(false)
})
