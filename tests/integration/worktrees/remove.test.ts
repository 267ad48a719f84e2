import { existsSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { WorkAtRisk } from '../../../src/main/worktrees/index.ts'
import { AppError } from '../../../src/shared/models/index.ts'
import { breakGit, git, readTree, remove, repositoryAt, writeFiles } from '../../support/git.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { createScene } from './scene.ts'

failOnLeftovers()

const KEEP = { discardChanges: false }
const DISCARD = { discardChanges: true }

/** Waits for a refusal and returns its data. */
async function refusal(attempt: Promise<unknown>): Promise<WorkAtRisk & { message: string }> {
  const error = await attempt.then(
    () => new Error('it was not refused'),
    (reason: Error) => reason,
  )
  if (!(error instanceof AppError) || error.code !== 'CONFLICT') throw error
  return { ...(error.data as WorkAtRisk), message: error.message }
}

test('a removed worktree leaves a snapshot and nothing else', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktrees, project, repository } = scene
  const { worktree, files, runId } = await scene.start()
  files.git('config', `branch.${worktree.name}.remote`, 'origin')
  expect(await worktrees.remove(project, worktree.id, KEEP)).toEqual(worktree)
  await worktrees.settled()
  expect(existsSync(worktree.path)).toBe(false)
  expect(scene.left()).toEqual([])
  expect(repository.git('worktree', 'list')).not.toContain('task-')
  expect(repository.git('branch', '--list', 'task-*')).toBe('')
  expect(readFileSync(join(repository.path, '.git/config'), 'utf8')).not.toContain('task-')
  expect(await worktrees.snapshots(project, runId)).toHaveLength(1)
  expect(await worktrees.get(project, worktree.id)).toBeNull()
  await expect(worktrees.remove(project, worktree.id, DISCARD)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('uncommitted and unmerged work is refused with its lists, and can be discarded but not lost', async () => {
  const { worktrees, project, start, repository } = createScene({ 'a.txt': 'a\n', '.gitignore': 'node_modules\n.env\n' })
  const { worktree, files, runId } = await start()
  files.write({ 'b.txt': 'b\n' })
  const commit = files.commit('Add b')
  files.write({ 'a.txt': 'changed\n', 'new/c.txt': 'c\n', 'new/d.txt': 'd\n', 'node_modules/x/y.js': '', '.env': 'SECRET=1' })
  const before = readTree(worktree.path)

  const { message, ...data } = await refusal(worktrees.remove(project, worktree.id, KEEP))
  expect(message).toBe(
    `The worktree ${worktree.name} has 2 uncommitted files and 1 commit that no other branch has: commit or merge them, or confirm that they may be discarded.`,
  )
  expect(data).toEqual({
    dirtyFiles: ['a.txt', 'new/'],
    aheadCommits: [`${commit.slice(0, 7)} Add b`],
    ignoredFiles: ['.env', 'node_modules/'],
  })
  expect(readTree(worktree.path)).toEqual(before)
  expect(await worktrees.snapshots(project, runId)).toEqual([])

  expect(await worktrees.remove(project, worktree.id, DISCARD)).toMatchObject({ id: worktree.id, dirty: true, ahead: 1 })
  const [last] = await worktrees.snapshots(project, runId)
  expect(repository.git('show', `${last!.commit}:a.txt`)).toBe('changed')
  expect(repository.git('show', `${last!.commit}:new/c.txt`)).toBe('c')
  expect(repository.git('branch', '--contains', commit)).toBe('')
  expect(repository.git('for-each-ref', '--contains', commit, '--format=%(refname)')).toBe(last!.ref)
})

test('commits that another branch, a tag or a remote branch has are no reason to refuse', async () => {
  const { worktrees, project, start, repository } = createScene({ 'a.txt': 'a\n' })
  const keepers = {
    merged: (name: string) => repository.git('merge', '--quiet', '--no-ff', '-m', 'Merge', name),
    tagged: (name: string) => repository.git('tag', 'kept', name),
    pushed: (name: string) => repository.git('update-ref', 'refs/remotes/origin/kept', name),
  }
  for (const [kind, keep] of Object.entries(keepers)) {
    const { worktree, files } = await start()
    files.write({ [`${kind}.txt`]: 'x\n' })
    files.commit()
    await refusal(worktrees.remove(project, worktree.id, KEEP))
    keep(worktree.name)
    await worktrees.remove(project, worktree.id, KEEP)
    expect(existsSync(worktree.path)).toBe(false)
  }
})

test('work that left the branch is found: detached, on another branch, and a branch that moved elsewhere', async () => {
  const { worktrees, project, start, repository } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files, runId } = await start()
  files.write({ 'a.txt': 'on the branch\n' })
  const tip = files.commit('On the branch')
  files.git('checkout', '--quiet', '--detach', worktree.baseCommit!)
  files.write({ 'a.txt': 'detached\n' })
  const detached = files.commit('Detached')
  const { aheadCommits } = await refusal(worktrees.remove(project, worktree.id, KEEP))
  expect(aheadCommits.map((line) => line.split(' ').slice(1).join(' ')).sort()).toEqual(['Detached', 'On the branch'])

  files.git('checkout', '--quiet', '-b', 'own')
  expect((await refusal(worktrees.remove(project, worktree.id, KEEP))).aheadCommits).toHaveLength(1)
  await worktrees.remove(project, worktree.id, DISCARD)
  const [last] = await worktrees.snapshots(project, runId)
  for (const commit of [tip, detached]) expect(repository.git('merge-base', '--is-ancestor', commit, last!.commit)).toBe('')
  expect(repository.git('rev-parse', 'own')).toBe(detached)
  expect(repository.git('branch', '--list', worktree.name)).toBe('')
})

test('a branch that an agent deleted is no hindrance', async () => {
  const { worktrees, project, start, repository } = createScene()
  const { worktree, files } = await start()
  files.git('checkout', '--quiet', '--detach')
  files.git('branch', '-D', worktree.name)
  await worktrees.remove(project, worktree.id, KEEP)
  expect(repository.git('worktree', 'list')).not.toContain('task-')
})

test('a worktree locked by git and one in the middle of a rebase can be removed', async () => {
  const { worktrees, project, start, repository } = createScene({ 'a.txt': 'a\n' })
  const locked = await start()
  repository.git('worktree', 'lock', '--reason', 'in use', locked.worktree.path)
  await worktrees.remove(project, locked.worktree.id, KEEP)

  const { worktree, files, runId } = await start()
  files.write({ 'a.txt': 'mine\n' })
  const commit = files.commit('Mine')
  repository.write({ 'a.txt': 'theirs\n' })
  repository.commit('Theirs')
  expect(() => files.git('rebase', 'main')).toThrow()
  expect((await refusal(worktrees.remove(project, worktree.id, KEEP))).dirtyFiles).toEqual(['a.txt'])
  await worktrees.remove(project, worktree.id, DISCARD)
  expect(repository.git('for-each-ref', '--contains', commit, '--format=%(refname)')).toBe(`refs/controlroom/snapshots/${runId}/1`)
  expect(repository.git('worktree', 'list')).not.toContain('task-')
})

test('a repository inside is counted as changes, and its own history is named as what no snapshot has', async () => {
  const { worktrees, project, start, repository } = createScene()
  const { worktree, files, runId } = await start()
  git(worktree.path, 'init', '--quiet', 'inner')
  writeFiles(join(worktree.path, 'inner'), { 'x.txt': 'x\n' })
  repositoryAt(join(worktree.path, 'inner')).commit()
  files.write({ 'y.txt': '' })
  expect(await refusal(worktrees.remove(project, worktree.id, KEEP))).toMatchObject({
    dirtyFiles: ['inner/', 'y.txt'],
    ignoredFiles: ['inner/.git'],
  })
  await worktrees.remove(project, worktree.id, DISCARD)
  expect(repository.git('show', `refs/controlroom/snapshots/${runId}/1:inner/x.txt`)).toBe('x')
})

test('a path that became a link to somewhere else is refused, and what it leads to stays', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktrees, project } = scene
  const { worktree } = await scene.start()
  const precious = tempFolder('precious')
  renameSync(worktree.path, join(precious, 'moved'))
  writeFiles(precious, { 'keep.txt': 'keep\n' })
  const before = readTree(precious)
  for (const target of [join(precious, 'moved'), precious, scene.repository.path, '/']) {
    symlinkSync(target, worktree.path)
    await expect(worktrees.remove(project, worktree.id, DISCARD)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(/a link stands/),
    })
    await expect(worktrees.reset(project, worktree.id, DISCARD)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    remove(worktree.path)
  }
  expect(readTree(precious)).toEqual(before)
})

test('a folder above that became a link to somewhere else is refused', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree } = await scene.start()
  const elsewhere = tempFolder('elsewhere')
  const place = join(scene.root, scene.project.id)
  renameSync(place, join(elsewhere, 'moved'))
  symlinkSync(join(elsewhere, 'moved'), place)
  await expect(scene.worktrees.remove(scene.project, worktree.id, DISCARD)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(existsSync(join(elsewhere, 'moved', worktree.name, 'a.txt'))).toBe(true)
})

test('something else in the place of a worktree is left alone: a plain folder, another repository, another worktree', async () => {
  const { worktrees, project, start, root } = createScene({ 'a.txt': 'a\n' })
  const { worktree } = await start()
  const other = await start()
  renameSync(worktree.path, join(root, 'aside'))
  const strangers: (() => void)[] = [
    () => writeFiles(worktree.path, { 'precious.txt': 'x' }),
    () => {
      writeFiles(worktree.path, { 'precious.txt': 'x' })
      git(worktree.path, 'init', '--quiet')
    },
    () => writeFiles(worktree.path, { '.git': readFileSync(join(other.worktree.path, '.git')), 'precious.txt': 'x' }),
    () => writeFileSync(worktree.path, 'a file'),
  ]
  for (const place of strangers) {
    place()
    const before = existsSync(join(worktree.path, 'precious.txt'))
    await expect(worktrees.remove(project, worktree.id, DISCARD)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(existsSync(join(worktree.path, 'precious.txt'))).toBe(before)
    remove(worktree.path)
  }
  renameSync(join(root, 'aside'), worktree.path)
  await worktrees.remove(project, worktree.id, KEEP)
})

test('a record that was tampered with names nothing that is removed', async () => {
  const { worktrees, project, start, root, repository } = createScene({ 'a.txt': 'a\n' })
  const { worktree } = await start()
  const other = await start()
  const file = join(root, project.id, `${worktree.name}.json`)
  const record = JSON.parse(readFileSync(file, 'utf8'))
  const changes = [
    { path: repository.path },
    { path: other.worktree.path },
    { path: join(root, project.id) },
    { path: root },
    { path: '/' },
    { branch: 'main' },
    { branch: other.worktree.branch },
    { runId: other.runId },
  ]
  for (const change of changes) {
    writeFileSync(file, JSON.stringify({ ...record, ...change }))
    await expect(worktrees.remove(project, worktree.id, DISCARD), JSON.stringify(change)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  }
  for (const broken of ['', '{}', '[]', JSON.stringify({ ...record, name: 'main' })]) {
    writeFileSync(file, broken)
    await expect(worktrees.remove(project, worktree.id, DISCARD), broken).rejects.toMatchObject({ code: 'NOT_FOUND' })
  }
  expect(readTree(worktree.path)).toEqual(readTree(repository.path))
  expect(readTree(other.worktree.path)).toEqual(readTree(repository.path))
})

test("another project's worktree cannot be named, nor one through a project that is another repository now", async () => {
  const one = createScene({ 'a.txt': 'a\n' })
  const two = createScene({ 'a.txt': 'a\n' })
  const { worktree } = await one.start()
  await expect(one.worktrees.remove(two.project, worktree.id, DISCARD)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const moved = { ...one.project, path: two.repository.path }
  await expect(one.worktrees.remove(moved, worktree.id, DISCARD)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(await one.worktrees.list(moved)).toHaveLength(1)
  expect(existsSync(worktree.path)).toBe(true)
})

test.for(['commit-tree', 'update-ref --no-deref refs/controlroom', 'update-ref --no-deref -d', 'worktree remove', 'add -A'])(
  'a removal in which "git %s" fails leaves everything as it was',
  async (command) => {
    const scene = createScene({ 'a.txt': 'a\n' })
    const { worktrees, project, repository } = scene
    const { worktree, files } = await scene.start()
    files.write({ 'a.txt': 'b\n' })
    files.commit()
    files.write({ 'c.txt': 'c\n' })
    const see = () => ({
      tree: readTree(worktree.path),
      status: files.git('status', '--porcelain=v2', '--branch'),
      list: repository.git('worktree', 'list', '--porcelain'),
      branches: repository.git('branch', '--format=%(refname) %(objectname)'),
    })
    const before = see()
    const mend = breakGit(command)
    await expect(worktrees.remove(project, worktree.id, DISCARD)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringMatching(/no space left/),
    })
    mend()
    expect(see()).toEqual(before)
    expect(readdirSync(scene.root).includes('.trash') ? readdirSync(join(scene.root, '.trash')) : []).toEqual([])
    expect(await worktrees.get(project, worktree.id)).toMatchObject({ dirty: true, ahead: 1 })
    await worktrees.remove(project, worktree.id, DISCARD)
    expect(existsSync(worktree.path)).toBe(false)
  },
)

test('a worktree that a person deleted is said to be gone, and its commits are kept', async () => {
  const { worktrees, project, start, repository } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files, runId } = await start()
  files.write({ 'a.txt': 'b\n' })
  const commit = files.commit()
  remove(worktree.path)
  await expect(worktrees.remove(project, worktree.id, KEEP)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/already gone/),
  })
  expect(await worktrees.get(project, worktree.id)).toBeNull()
  expect(await worktrees.list(project)).toHaveLength(1)
  await expect(worktrees.diff(project, worktree.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await worktrees.recover([project])
  expect(repository.git('worktree', 'list')).not.toContain('task-')
  expect(repository.git('rev-parse', worktree.name)).toBe(commit)
  expect((await start(runId)).worktree.id).not.toBe(worktree.id)
})

test('of two removals at once one succeeds, and a removal waits for a snapshot under way', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n' })
  const { worktree } = await start()
  const [snapshot, ...endings] = await Promise.allSettled([
    worktrees.snapshot(project, worktree.id),
    worktrees.remove(project, worktree.id, KEEP),
    worktrees.remove(project, worktree.id, KEEP),
  ])
  expect(snapshot.status).toBe('fulfilled')
  // Which of the two comes first is nobody's business.
  expect(endings.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(endings.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'NOT_FOUND' } })
})

test('worktrees of twenty runs are made, listed and removed at the same time', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const made = await Promise.all(Array.from({ length: 10 }, () => scene.start()))
  await Promise.all([
    ...made.map(({ worktree }) => scene.worktrees.remove(scene.project, worktree.id, KEEP)),
    ...made.map(() => scene.start()),
    ...made.map(() => scene.worktrees.list(scene.project)),
  ])
  expect(await scene.worktrees.list(scene.project)).toHaveLength(11)
  expect(scene.repository.git('worktree', 'list').split('\n')).toHaveLength(11)
})
