import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { breakGit, git, readTree, repositoryAt, writeFiles } from '../../support/git.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { createScene } from './scene.ts'

failOnLeftovers()

const KEEP = { discardChanges: false }
const DISCARD = { discardChanges: true }

test('a reset worktree is as it was made, ignored files stay, and its work is in a snapshot', async () => {
  const { worktrees, project, start, repository } = createScene({ 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': '.env\n' })
  const { worktree, files, runId } = await start()
  files.write({ 'a.txt': 'committed\n' })
  const commit = files.commit('Work')
  files.write({ 'a.txt': 'changed\n', 'b.txt': 'staged\n', 'new/x.txt': 'x\n', '.env': 'SECRET=1\n' })
  files.git('add', 'b.txt')
  const before = readTree(worktree.path)

  await expect(worktrees.reset(project, worktree.id, KEEP)).rejects.toMatchObject({
    code: 'CONFLICT',
    data: { dirtyFiles: ['a.txt', 'b.txt', 'new/'], aheadCommits: [`${commit.slice(0, 7)} Work`], ignoredFiles: ['.env'] },
  })
  expect(readTree(worktree.path)).toEqual(before)

  expect(await worktrees.reset(project, worktree.id, DISCARD)).toEqual(worktree)
  expect(files.git('status', '--porcelain')).toBe('')
  expect(files.git('symbolic-ref', '--short', 'HEAD')).toBe(worktree.name)
  expect(readTree(worktree.path)).toEqual({ ...readTree(repository.path), '.env': before['.env'] })
  const [last] = await worktrees.snapshots(project, runId)
  expect(repository.git('merge-base', '--is-ancestor', commit, last!.commit)).toBe('')

  await worktrees.reset(project, worktree.id, { ...KEEP, ignored: true })
  expect(existsSync(join(worktree.path, '.env'))).toBe(false)
})

test('a commit that was merged elsewhere still has to be confirmed: a reset takes it off this branch', async () => {
  const { worktrees, project, start, repository } = createScene()
  const { worktree, files } = await start()
  files.commit('Work')
  repository.git('merge', '--quiet', worktree.name)
  await expect(worktrees.reset(project, worktree.id, KEEP)).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('a reset ends what is under way: a rebase, a merge, cherry-picks, patches, a detached HEAD, locks left behind', async () => {
  const { worktrees, project, start, repository } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await start()
  const admin = join(repository.path, '.git', 'worktrees', worktree.name)
  repository.write({ 'a.txt': 'theirs\n' })
  repository.commit('Theirs')
  repository.write({ 'a.txt': 'theirs again\n' })
  repository.commit('Theirs again')
  const patch = repository.git('format-patch', '--stdout', 'HEAD~2')
  const conflict = (): void => {
    files.write({ 'a.txt': 'mine\n' })
    files.commit('Mine')
  }
  const troubles: Record<string, () => void> = {
    rebase: () => files.git('rebase', 'main'),
    'rebase --apply': () => files.git('rebase', '--apply', 'main'),
    merge: () => files.git('merge', 'main'),
    'cherry-pick': () => files.git('cherry-pick', 'main~2..main'),
    revert: () => files.git('revert', '--no-edit', 'main', 'main~1'),
    am: () => {
      writeFiles(admin, { 'series.patch': `${patch}\n` })
      files.git('am', join(admin, 'series.patch'))
    },
  }
  for (const [name, cause] of Object.entries(troubles)) {
    conflict()
    expect(cause, name).toThrow()
    await worktrees.reset(project, worktree.id, DISCARD)
    expect(files.git('status', '--porcelain=v2', '--branch').split('\n'), name).toEqual([
      `# branch.oid ${worktree.baseCommit}`,
      `# branch.head ${worktree.name}`,
    ])
    expect(files.git('status'), name).not.toMatch(/in progress|You are currently|in the middle/)
  }
  files.git('checkout', '--quiet', '--detach', 'main')
  files.git('branch', '-D', worktree.name)
  writeFiles(admin, { 'index.lock': '', 'HEAD.lock': '' })
  expect(await worktrees.reset(project, worktree.id, DISCARD)).toEqual(worktree)
  expect(repositoryAt(worktree.path).commit()).toMatch(/^[0-9a-f]{40}$/)
})

test('changes that a rebase had put aside are not lost by a reset', async () => {
  const { worktrees, project, start, repository } = createScene({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  const { worktree, files } = await start()
  repository.write({ 'a.txt': 'theirs\n' })
  repository.commit()
  files.write({ 'a.txt': 'mine\n' })
  files.commit()
  files.write({ 'b.txt': 'put aside\n' })
  expect(() => files.git('rebase', '--autostash', 'main')).toThrow()
  await worktrees.reset(project, worktree.id, DISCARD)
  expect(repository.git('show', 'stash@{0}:b.txt')).toBe('put aside')
})

test('repositories inside are cleared away, after their files were kept', async () => {
  const { worktrees, project, start, repository } = createScene()
  const { worktree, runId } = await start()
  git(worktree.path, 'init', '--quiet', 'inner')
  writeFiles(join(worktree.path, 'inner'), { 'x.txt': 'x\n' })
  repositoryAt(join(worktree.path, 'inner')).commit()
  await worktrees.reset(project, worktree.id, DISCARD)
  expect(existsSync(join(worktree.path, 'inner'))).toBe(false)
  expect(repository.git('show', `refs/controlroom/snapshots/${runId}/1:inner/x.txt`)).toBe('x')
})

test('a reset is refused while the branch is checked out somewhere else', async () => {
  const { worktrees, project, start, repository } = createScene()
  const { worktree, files } = await start()
  files.git('checkout', '--quiet', '--detach')
  repository.git('checkout', '--quiet', worktree.name)
  await expect(worktrees.reset(project, worktree.id, DISCARD)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/checked out in/),
  })
  expect(repository.git('status', '--porcelain')).toBe('')
})

test('a reset is refused while no snapshot can be taken', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await start()
  files.write({ 'a.txt': 'changed\n' })
  const mend = breakGit('write-tree')
  await expect(worktrees.reset(project, worktree.id, DISCARD)).rejects.toMatchObject({ code: 'INTERNAL' })
  mend()
  expect(readFileSync(join(worktree.path, 'a.txt'), 'utf8')).toBe('changed\n')
})
