import { chmodSync, existsSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileDiff } from '../../../src/shared/models/index.ts'
import { git, personalGitConfig, readCheckout, remove, repositoryAt, writeFiles } from '../../support/git.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { createScene } from './scene.ts'

failOnLeftovers()

const lines = (count: number, text = 'line'): string => Array.from({ length: count }, (_, at) => `${text} ${at}\n`).join('')
const named = (files: readonly FileDiff[], path: string): FileDiff => files.find((file) => file.path === path)!

test('a diff shows commits, staged, unstaged and untracked files against the base, and changes nothing', async () => {
  const { worktrees, project, start, repository } = createScene({
    'a.txt': 'a\n',
    'b.txt': 'b\n',
    'c.txt': 'c\n',
    'd.txt': lines(20),
    '.gitignore': 'ignored\n',
  })
  const { worktree, files } = await start()
  files.write({ 'a.txt': 'a\ncommitted\n' })
  const head = files.commit()
  files.write({ 'b.txt': 'staged\n' })
  files.git('add', 'b.txt')
  files.write({ 'b.txt': 'after staging\n', 'new.txt': 'one\ntwo\n', ignored: 'x' })
  remove(join(worktree.path, 'c.txt'))
  files.git('mv', 'd.txt', 'moved.txt')
  repository.write({ 'main-only.txt': 'x' })
  repository.commit('The base goes on')

  const objects = git(worktree.path, 'count-objects', '-v')
  const before = { index: files.git('ls-files', '--stage', '--debug'), main: readCheckout(repository.path) }
  const diff = await worktrees.diff(project, worktree.id)
  expect({ index: files.git('ls-files', '--stage', '--debug'), main: readCheckout(repository.path) }).toEqual(before)
  expect(git(worktree.path, 'count-objects', '-v')).toBe(objects)

  expect(diff).toMatchObject({ base: worktree.baseCommit, head })
  const rows = diff.files.map(({ path, oldPath, status, additions, deletions }) => [path, oldPath, status, additions, deletions])
  expect(rows).toEqual([
    ['a.txt', null, 'modified', 1, 0],
    ['b.txt', null, 'modified', 1, 1],
    ['c.txt', null, 'deleted', 0, 1],
    ['moved.txt', 'd.txt', 'renamed', 0, 0],
    ['new.txt', null, 'added', 2, 0],
  ])
  expect(named(diff.files, 'new.txt').patch).toBe(
    'diff --git a/new.txt b/new.txt\nnew file mode 100644\nindex 0000000..814f4a4\n--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n',
  )
  expect(named(diff.files, 'moved.txt').patch).toMatch(/similarity index 100%\nrename from d.txt\nrename to moved.txt/)
})

test('a fresh worktree has no diff', async () => {
  const { worktrees, project, start } = createScene()
  const { worktree } = await start()
  expect(await worktrees.diff(project, worktree.id)).toEqual({ base: worktree.baseCommit, head: worktree.baseCommit, files: [] })
})

test('binary files, modes, links, empty files, files without a last line end and odd names have their place', async () => {
  const { worktrees, project, start } = createScene({
    'bin.dat': Buffer.from([0, 1, 2]),
    'run.sh': 'x\n',
    'was-file': 'text\n',
    'old name.txt': lines(30),
  })
  const { worktree, files } = await start()
  files.write({
    'bin.dat': Buffer.from([0, 9, 9, 9]),
    empty: '',
    'tail.txt': 'no end',
    'diff --git a/x b/x': 'diff --git a/x b/x\n',
    'ünï\n"q"\t.txt': 'x\n',
  })
  chmodSync(join(worktree.path, 'run.sh'), 0o755)
  remove(join(worktree.path, 'was-file'))
  symlinkSync('target', join(worktree.path, 'was-file'))
  remove(join(worktree.path, 'old name.txt'))
  files.write({ 'new name.txt': `${lines(30)}more\n` })

  const { files: found } = await worktrees.diff(project, worktree.id)
  expect(named(found, 'bin.dat')).toMatchObject({ binary: true, patch: '', truncated: false, additions: 0, deletions: 0 })
  expect(named(found, 'run.sh')).toMatchObject({
    status: 'modified',
    patch: expect.stringMatching(/^old mode 100644\nnew mode 100755$/m),
    additions: 0,
  })
  expect(named(found, 'was-file')).toMatchObject({
    status: 'typechange',
    patch: expect.stringMatching(/deleted file mode 100644[\s\S]*new file mode 120000/),
  })
  expect(named(found, 'empty')).toMatchObject({
    status: 'added',
    additions: 0,
    truncated: false,
    patch: expect.stringMatching(/new file mode/),
  })
  expect(named(found, 'tail.txt').patch).toMatch(/\+no end\n\\ No newline at end of file\n$/)
  expect(named(found, 'new name.txt')).toMatchObject({ status: 'renamed', oldPath: 'old name.txt', additions: 1 })
  expect(named(found, 'diff --git a/x b/x').patch).toMatch(/\+diff --git a\/x b\/x\n$/)
  expect(named(found, 'ünï\n"q"\t.txt')).toMatchObject({ status: 'added', additions: 1 })
  for (const { path, patch, binary } of found)
    if (!binary) expect(patch.match(/^diff --git /gm)!.length, path).toBe(path === 'was-file' ? 2 : 1)
})

test('line ends count as the repository says, so that a checkout with others is no change', async () => {
  personalGitConfig('[core]\n\tautocrlf = true\n')
  const { worktrees, project, start } = createScene({ 'a.txt': lines(3), 'b.txt': 'x\n' })
  const { worktree, files } = await start()
  files.write({ 'a.txt': `${lines(3).replaceAll('\n', '\r\n')}more\r\n` })
  const { files: found } = await worktrees.diff(project, worktree.id)
  expect(found).toMatchObject([{ path: 'a.txt', additions: 1, deletions: 0 }])
})

test('repositories inside are shown as files, a submodule as its commit', async () => {
  const { worktrees, project, start } = createScene()
  const { worktree, files } = await start()
  git(worktree.path, 'init', '--quiet', 'inner')
  writeFiles(join(worktree.path, 'inner'), { 'x.txt': 'x\n' })
  const commit = repositoryAt(join(worktree.path, 'inner')).commit()
  git(worktree.path, 'init', '--quiet', 'unborn')
  writeFiles(join(worktree.path, 'unborn'), { 'y.txt': 'y\n' })
  expect((await worktrees.diff(project, worktree.id)).files).toMatchObject([{ path: 'inner/x.txt' }, { path: 'unborn/y.txt' }])
  files.git('-c', 'advice.addEmbeddedRepo=false', 'add', 'inner')
  expect(named((await worktrees.diff(project, worktree.id)).files, 'inner')).toMatchObject({
    status: 'added',
    patch: expect.stringContaining(`+Subproject commit ${commit}`),
  })
})

test('what an agent hid from git is shown', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' })
  const { worktree, files } = await start()
  files.git('update-index', '--assume-unchanged', 'a.txt')
  files.git('update-index', '--skip-worktree', 'b.txt')
  files.write({ 'a.txt': 'x\n', 'b.txt': 'x\n', 'later.txt': 'x\n' })
  files.git('add', '-N', 'later.txt')
  expect((await worktrees.diff(project, worktree.id)).files.map(({ path }) => path)).toEqual(['a.txt', 'b.txt', 'later.txt'])
})

test('files outside a sparse checkout are not shown as deleted', async () => {
  const { worktrees, project, start } = createScene({ 'in/a.txt': 'a\n', 'out/b.txt': 'b\n' })
  const { worktree, files } = await start()
  files.git('sparse-checkout', 'set', '--no-cone', 'in')
  expect((await worktrees.diff(project, worktree.id)).files).toEqual([])
})

test('a conflict is shown as it stands in the file', async () => {
  const { worktrees, project, start, repository } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await start()
  repository.write({ 'a.txt': 'theirs\n' })
  repository.commit()
  files.write({ 'a.txt': 'mine\n' })
  files.commit()
  expect(() => files.git('merge', 'main')).toThrow()
  expect((await worktrees.diff(project, worktree.id)).files).toMatchObject([
    { path: 'a.txt', patch: expect.stringMatching(/\+<<<<<<< HEAD/) },
  ])
})

test('long patches are cut out one by one and all together, never the list of files', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await start()
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`many/${String(at).padStart(2, '0')}.txt`, lines(9_000, 'x'.repeat(5))]),
  )
  files.write({
    ...many,
    'a.txt': 'a\nb\n',
    'big.txt': lines(30_000, 'long line of text'),
    'huge.txt': 'y'.repeat(9_000_000),
    'one-line.txt': 'z'.repeat(300_000),
  })
  const { files: found } = await worktrees.diff(project, worktree.id)
  expect(found).toHaveLength(64)
  expect(named(found, 'a.txt')).toMatchObject({ truncated: false, additions: 1 })
  for (const path of ['big.txt', 'huge.txt', 'one-line.txt'])
    expect(named(found, path)).toMatchObject({ patch: '', truncated: true, binary: false })
  expect(named(found, 'big.txt').additions).toBe(30_000)
  expect(named(found, 'huge.txt').additions).toBe(1)
  const kept = found.filter(({ patch }) => patch !== '')
  const total = kept.reduce((sum, { patch }) => sum + patch.length, 0)
  expect(total).toBeGreaterThan(4_500_000)
  expect(total).toBeLessThan(5_500_000)
  expect(found.every(({ patch, truncated }) => (patch === '') === truncated)).toBe(true)
  expect(kept.every(({ patch, path }) => path === 'a.txt' || patch.endsWith('+xxxxx 8999\n'))).toBe(true)
})

test('a repository with thousands of files is compared, and nothing temporary stays', async () => {
  const tree = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`d${at % 50}/f${at}.txt`, `${at}\n`]))
  const scene = createScene(tree)
  const { worktree, files } = await scene.start()
  files.write(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`d${at % 50}/f${at}.txt`, `changed ${at}\n`])))
  const { files: found } = await scene.worktrees.diff(scene.project, worktree.id)
  expect(found).toHaveLength(500)
  expect(found.every(({ additions, deletions, patch }) => additions === 1 && deletions === 1 && patch.includes('+changed '))).toBe(true)
  expect(existsSync(join(scene.root, '.tmp')) ? readdirSync(join(scene.root, '.tmp')) : []).toEqual([])
})
