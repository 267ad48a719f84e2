import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository, git, personalGitConfig, readCheckout, readTree, remove, repositoryAt, writeFiles } from '../../support/git.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { createScene } from './scene.ts'

failOnLeftovers()

const BYTES = Buffer.from(Array.from({ length: 512 }, (_, at) => at % 256))

/** File names that trip programs up. */
const ODD_NAMES = [
  'a b.txt',
  'ünïcödé 日本.txt',
  'new\nline.txt',
  'tab\tquote".txt',
  '-option',
  ':(top)magic',
  '*',
  'back\\slash',
  ' ',
  '$HOME',
  '#',
  '!x',
]

/** The files of a commit, as path and content. */
const readCommit = (path: string, commit: string): Record<string, string> =>
  Object.fromEntries(
    git(path, 'ls-tree', '-r', '-z', '--name-only', commit)
      .split('\0')
      .filter((name) => name !== '')
      .map((name) => [name, git(path, 'cat-file', 'blob', `${commit}:${name}`)]),
  )

test('a snapshot holds tracked, staged and untracked files, and nothing the agent sees changes', async () => {
  const clock = createManualClock()
  const { worktrees, project, repository, start } = createScene(
    { 'a.txt': 'a\n', 'b.txt': 'b\n', 'gone.txt': 'x\n', '.gitignore': 'ignored/\n' },
    clock,
  )
  const { worktree, files, runId } = await start()
  files.write({ 'a.txt': 'changed\n', 'b.txt': 'staged\n', 'new/deep.txt': 'new\n', 'ignored/x': 'x' })
  files.git('add', 'b.txt')
  files.write({ 'b.txt': 'after staging\n' })
  remove(join(worktree.path, 'gone.txt'))
  const see = () => ({
    tree: readTree(worktree.path),
    index: files.git('ls-files', '--stage', '--debug'),
    status: files.git('status', '--porcelain=v2', '--branch'),
  })
  const before = see()

  const snapshot = await worktrees.snapshot(project, worktree.id)
  expect(see()).toEqual(before)
  expect(snapshot).toEqual({
    ref: `refs/controlroom/snapshots/${runId}/1`,
    commit: repository.git('rev-parse', `refs/controlroom/snapshots/${runId}/1`),
  })
  expect(readCommit(repository.path, snapshot!.commit)).toEqual({
    '.gitignore': 'ignored/',
    'a.txt': 'changed',
    'b.txt': 'after staging',
    'new/deep.txt': 'new',
  })
  expect(repository.git('log', '-1', '--format=%P|%an|%ae|%cn|%ct|%s', snapshot!.ref)).toBe(
    `${worktree.baseCommit}|Ops Control Room|snapshots@controlroom.invalid|Ops Control Room|${clock.now() / 1000}|Snapshot 1 of ${worktree.name}`,
  )
  expect(repository.git('fsck', '--strict', '--no-dangling')).toBe('')
})

test('a second snapshot is made only when something differs', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files, runId } = await start()
  const numbers = async () => (await worktrees.snapshots(project, runId)).map(({ ref }) => Number(ref.split('/').at(-1)))
  expect(await worktrees.snapshot(project, worktree.id)).not.toBeNull()
  expect(await worktrees.snapshot(project, worktree.id)).toBeNull()
  files.write({ 'a.txt': 'b\n' })
  expect(await worktrees.snapshot(project, worktree.id)).not.toBeNull()
  expect(await worktrees.snapshot(project, worktree.id)).toBeNull()
  files.commit()
  expect(await worktrees.snapshot(project, worktree.id), 'the same files, but another HEAD').not.toBeNull()
  expect(await numbers()).toEqual([1, 2, 3])
})

test('a change that leaves size and time of a file as they were is noticed when it was made since the last snapshot', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'aaaa\n' })
  const { worktree, files } = await start()
  const path = join(worktree.path, 'a.txt')
  await worktrees.snapshot(project, worktree.id)
  const { atime, mtime } = statSync(path)
  files.write({ 'a.txt': 'bbbb\n' })
  utimesSync(path, atime, mtime)
  const snapshot = await worktrees.snapshot(project, worktree.id)
  expect(files.git('show', `${snapshot!.commit}:a.txt`)).toBe('bbbb')
})

test('many snapshots of different worktrees at once do not disturb each other', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const made = await Promise.all(Array.from({ length: 6 }, () => scene.start()))
  const taken = await Promise.all(
    made.flatMap(({ worktree, files }, at) => {
      files.write({ 'a.txt': `${at}\n` })
      return [scene.worktrees.snapshot(scene.project, worktree.id), scene.worktrees.snapshot(scene.project, worktree.id)]
    }),
  )
  expect(taken.filter((snapshot) => snapshot !== null)).toHaveLength(6)
  for (const [at, { runId, files }] of made.entries()) {
    const [only, ...others] = await scene.worktrees.snapshots(scene.project, runId)
    expect(others).toEqual([])
    expect(files.git('show', `${only!.commit}:a.txt`)).toBe(String(at))
  }
})

test('files come back byte for byte: line ends, modes, links, odd names, attributes and filters notwithstanding', async () => {
  const { worktrees, project, start } = createScene({
    '.gitattributes': '*.txt text\n*.win eol=crlf\n*.loud filter=loud\n*.id ident\n*.u16 working-tree-encoding=UTF-16LE\n',
    'a.txt': 'a\n',
    'kept.win': 'one\ntwo\n',
    'script.sh': '#!/bin/sh\n',
  })
  personalGitConfig(
    '[core]\n\tautocrlf = true\n\tsafecrlf = true\n[filter "loud"]\n\tclean = tr a-z A-Z\n\tsmudge = tr A-Z a-z\n\trequired = true\n',
  )
  const { worktree, files } = await start()
  files.write({
    'a.txt': 'mixed\r\nlines\nhere\r\n',
    'new.txt': 'crlf\r\n',
    'lf.win': 'lf only\n',
    'x.loud': 'Quiet And Loud',
    'x.id': '$Id$ and $Id: 123 $\n',
    'x.u16': Buffer.from('utf16', 'utf16le'),
    'bytes.bin': BYTES,
    empty: '',
    ...Object.fromEntries(ODD_NAMES.map((name) => [`odd/${name}`, name])),
  })
  chmodSync(join(worktree.path, 'script.sh'), 0o755)
  chmodSync(join(worktree.path, 'bytes.bin'), 0o755)
  symlinkSync('a.txt', join(worktree.path, 'link'))
  symlinkSync('no/where', join(worktree.path, 'dangling'))
  symlinkSync('odd', join(worktree.path, 'folder-link'))
  const before = readTree(worktree.path)
  const snapshot = await worktrees.snapshot(project, worktree.id)

  await worktrees.reset(project, worktree.id, { discardChanges: true })
  expect(readTree(worktree.path)).not.toEqual(before)
  files.write({ 'later.txt': 'later\n', 'odd/*': 'other' })
  const undo = await worktrees.restore(project, worktree.id, snapshot!.ref)
  expect(readTree(worktree.path)).toEqual(before)

  await worktrees.restore(project, worktree.id, undo.ref)
  expect(readFileSync(join(worktree.path, 'later.txt'), 'utf8')).toBe('later\n')
  expect(existsSync(join(worktree.path, 'link'))).toBe(false)
  await worktrees.restore(project, worktree.id, snapshot!.ref)
  expect(readTree(worktree.path)).toEqual(before)
})

test('a folder that became a file and a file that became a folder come back', async () => {
  const { worktrees, project, start } = createScene({ 'one/a.txt': 'a\n', two: 'two\n' })
  const { worktree, files } = await start()
  const before = readTree(worktree.path)
  const snapshot = await worktrees.snapshot(project, worktree.id)
  remove(join(worktree.path, 'one'))
  remove(join(worktree.path, 'two'))
  files.write({ one: 'now a file\n', 'two/b.txt': 'now a folder\n' })
  const changed = readTree(worktree.path)
  const undo = await worktrees.restore(project, worktree.id, snapshot!.ref)
  expect(readTree(worktree.path)).toEqual(before)
  await worktrees.restore(project, worktree.id, undo.ref)
  expect(readTree(worktree.path)).toEqual(changed)
})

test('an ignored file that a restore has to write over is kept in a snapshot first', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await start()
  files.write({ build: 'built before\n', 'out/x.txt': 'x\n', 'cache/y': 'y\n' })
  const snapshot = await worktrees.snapshot(project, worktree.id)
  for (const name of ['build', 'out', 'cache']) remove(join(worktree.path, name))
  files.write({
    '.gitignore': 'build\nout\ncache\nkept\n',
    'build/deep/b.txt': 'a folder now\n',
    out: 'a file now\n',
    'cache/y': 'other\n',
    kept: 'kept\n',
  })
  const changed = readTree(worktree.path)
  const undo = await worktrees.restore(project, worktree.id, snapshot!.ref)
  expect(readFileSync(join(worktree.path, 'build'), 'utf8')).toBe('built before\n')
  expect(readFileSync(join(worktree.path, 'kept'), 'utf8')).toBe('kept\n')
  await worktrees.restore(project, worktree.id, undo.ref)
  expect(readTree(worktree.path)).toEqual(changed)
})

test('restoring leaves HEAD, branch and index as they are, and another run is not touched', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await start()
  const other = await start()
  other.files.write({ 'a.txt': 'other\n' })
  files.write({ 'a.txt': 'b\n' })
  const first = await worktrees.snapshot(project, worktree.id)
  const head = files.commit()
  await worktrees.reset(project, worktree.id, { discardChanges: true })
  await worktrees.restore(project, worktree.id, first!.ref)
  expect(files.git('status', '--porcelain')).toBe(' M a.txt')
  expect(files.git('rev-parse', 'HEAD')).toBe(worktree.baseCommit)
  expect(readFileSync(join(other.worktree.path, 'a.txt'), 'utf8')).toBe('other\n')
  expect(files.git('log', '--format=%H', '--glob=refs/controlroom/*')).toContain(head)
})

test('only a snapshot of the same run can be restored', async () => {
  const { worktrees, project, start } = createScene()
  const one = await start()
  const two = await start()
  await worktrees.snapshot(project, two.worktree.id)
  for (const ref of [
    `refs/controlroom/snapshots/${two.runId}/1`,
    `refs/controlroom/snapshots/${one.runId}/1`,
    'refs/heads/main',
    'HEAD',
    '--help',
    '',
  ]) {
    await expect(worktrees.restore(project, one.worktree.id, ref)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  }
})

test('repositories inside the worktree are kept as files, with and without commits, inside one another', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n', '.gitignore': 'skipped/\n' })
  const { worktree, files } = await start()
  const nest = (path: string, content: Record<string, string>, commit: boolean): void => {
    git(worktree.path, 'init', '--quiet', path)
    writeFiles(join(worktree.path, path), content)
    if (commit) repositoryAt(join(worktree.path, path)).commit()
  }
  nest('sub', { 'x.txt': 'x\n', 'y/z.txt': 'z\n', '.gitignore': '*.log\n', 'no.log': '' }, true)
  nest('sub/inner', { 'i.txt': 'i\n' }, true)
  nest('deep/er/fresh', { 'f.txt': 'f\n' }, false)
  nest('nothing', {}, false)
  nest('skipped', { 's.txt': '' }, true)
  const kept = ['.gitignore', 'a.txt', 'deep/er/fresh/f.txt', 'sub/.gitignore', 'sub/inner/i.txt', 'sub/x.txt', 'sub/y/z.txt']
  const first = await worktrees.snapshot(project, worktree.id)
  expect(Object.keys(readCommit(worktree.path, first!.commit))).toEqual(kept)
  expect(await worktrees.snapshot(project, worktree.id)).toBeNull()

  files.write({ 'sub/new.txt': 'n\n', 'sub/inner/i.txt': 'changed\n' })
  const second = await worktrees.snapshot(project, worktree.id)
  expect(readCommit(worktree.path, second!.commit)).toMatchObject({ 'sub/new.txt': 'n', 'sub/inner/i.txt': 'changed' })
  const tree = readTree(worktree.path)
  remove(join(worktree.path, 'sub'))
  await worktrees.restore(project, worktree.id, second!.ref)
  remove(join(worktree.path, 'sub', 'no.log'))
  delete tree['sub/no.log']
  expect(readTree(worktree.path)).toEqual(tree)
})

test('a submodule stays an entry while it is not checked out, and is kept as files once it is', async () => {
  personalGitConfig('[protocol "file"]\n\tallow = always\n')
  const library = createRepository({ 'lib.txt': 'lib\n' })
  const { worktrees, project, repository, start } = createScene({ 'a.txt': 'a\n' })
  repository.git('submodule', '--quiet', 'add', library.path, 'lib')
  repository.commit()
  const { worktree, files } = await start()
  const first = await worktrees.snapshot(project, worktree.id)
  expect(files.git('diff', '--stat', 'HEAD', first!.commit)).toBe('')

  files.git('submodule', '--quiet', 'update', '--init')
  files.write({ 'lib/lib.txt': 'changed\n', 'lib/new.txt': 'new\n' })
  const second = await worktrees.snapshot(project, worktree.id)
  expect(readCommit(worktree.path, second!.commit)).toMatchObject({ 'lib/lib.txt': 'changed', 'lib/new.txt': 'new' })
  const tree = readTree(worktree.path)
  files.write({ 'lib/lib.txt': 'again\n' })
  remove(join(worktree.path, 'lib/new.txt'))
  await worktrees.restore(project, worktree.id, second!.ref)
  expect(readTree(worktree.path)).toEqual(tree)
  await worktrees.restore(project, worktree.id, first!.ref)
  const third = await worktrees.snapshot(project, worktree.id)
  expect(files.git('diff', '--stat', first!.commit, third!.commit)).toBe('')
  await worktrees.remove(project, worktree.id, { discardChanges: true })
})

test('files that are tracked although ignored are kept, and files that an index hides as well', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  const { worktree, files } = await start()
  files.write({ '.gitignore': 'dist\n*.env\n', 'dist/x.js': 'x\n', 'p.env': 'p\n', 'free.env': 'not tracked\n' })
  files.git('add', '-f', 'dist/x.js', 'p.env', '.gitignore')
  files.git('update-index', '--assume-unchanged', 'a.txt')
  files.git('update-index', '--skip-worktree', 'b.txt')
  files.write({ 'a.txt': 'hidden\n', 'b.txt': 'hidden too\n' })
  const snapshot = await worktrees.snapshot(project, worktree.id)
  expect(readCommit(worktree.path, snapshot!.commit)).toEqual({
    '.gitignore': 'dist\n*.env',
    'a.txt': 'hidden',
    'b.txt': 'hidden too',
    'dist/x.js': 'x',
    'p.env': 'p',
  })
})

test("files outside a sparse checkout are not taken for deleted, and a person's own ignore lists count", async () => {
  const { worktrees, project, repository, start } = createScene({ 'in/a.txt': 'a\n', 'out/b.txt': 'b\n' })
  writeFiles(join(repository.path, '.git', 'info'), { exclude: '*.mine\n' })
  repository.git('config', 'core.excludesFile', join(repository.path, '.git', 'my ignores'))
  writeFiles(join(repository.path, '.git'), { 'my ignores': '*.private\n' })
  const { worktree, files } = await start()
  files.git('sparse-checkout', 'set', '--no-cone', 'in')
  expect(existsSync(join(worktree.path, 'out'))).toBe(false)
  files.write({ 'x.mine': '', 'x.private': '', 'in/a.txt': 'changed\n' })
  const snapshot = await worktrees.snapshot(project, worktree.id)
  expect(readCommit(worktree.path, snapshot!.commit)).toEqual({ 'in/a.txt': 'changed', 'out/b.txt': 'b' })
  expect(await worktrees.snapshot(project, worktree.id)).toBeNull()
})

test('commits on the branch, on a detached HEAD and on no branch at all are kept alive', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await start()
  files.write({ 'a.txt': 'on the branch\n' })
  const tip = files.commit()
  files.git('checkout', '--quiet', '--detach', worktree.baseCommit!)
  files.write({ 'a.txt': 'detached\n' })
  const detached = files.commit()
  const first = await worktrees.snapshot(project, worktree.id)
  expect(files.git('rev-parse', `${first!.commit}^1`, `${first!.commit}^2`)).toBe(`${detached}\n${tip}`)

  files.git('checkout', '--quiet', '--orphan', 'fresh')
  files.write({ 'b.txt': 'no parent\n' })
  const second = await worktrees.snapshot(project, worktree.id)
  expect(files.git('log', '-1', '--format=%P', second!.commit)).toBe(tip)
  expect(readCommit(worktree.path, second!.commit)).toMatchObject({ 'b.txt': 'no parent' })
})

test('a worktree in the middle of a conflict can be kept', async () => {
  const { worktrees, project, start } = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await start()
  files.git('checkout', '--quiet', '-b', 'other')
  files.write({ 'a.txt': 'theirs\n' })
  files.commit()
  files.git('checkout', '--quiet', worktree.name)
  files.write({ 'a.txt': 'ours\n' })
  files.commit()
  expect(() => files.git('merge', 'other')).toThrow()
  const snapshot = await worktrees.snapshot(project, worktree.id)
  expect(files.git('show', `${snapshot!.commit}:a.txt`)).toMatch(/<<<<<<<.*\nours\n=======\ntheirs\n>>>>>>>/)
  expect(await worktrees.get(project, worktree.id)).toMatchObject({ dirty: true })
})

test('a worktree that has lost its .git file can be kept, and the repository around it is not taken for its own', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  git(scene.root, 'init', '--quiet')
  writeFileSync(join(scene.root, 'outer.txt'), 'outer')
  const { worktree, files } = await scene.start()
  files.write({ 'a.txt': 'changed\n' })
  rmSync(join(worktree.path, '.git'))
  const snapshot = await scene.worktrees.snapshot(scene.project, worktree.id)
  expect(readCommit(scene.repository.path, snapshot!.commit)).toEqual({ 'a.txt': 'changed' })
  expect((await scene.worktrees.diff(scene.project, worktree.id)).files).toMatchObject([{ path: 'a.txt' }])
  for (const change of [scene.worktrees.reset, scene.worktrees.remove]) {
    await expect(change(scene.project, worktree.id, { discardChanges: true })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(/worktree repair/),
    })
  }
  expect(readFileSync(join(scene.root, 'outer.txt'), 'utf8')).toBe('outer')
})

test('our own index is made anew when it is damaged or its objects are gone', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree, files, runId } = await scene.start()
  const store = join(scene.root, '.snapshots', `${scene.project.id}-${worktree.name}`)
  files.write({ 'a.txt': 'one\n' })
  const first = await scene.worktrees.snapshot(scene.project, worktree.id)
  writeFileSync(join(store, 'index'), 'no index at all')
  writeFileSync(join(store, 'index.lock'), '')
  files.write({ 'b.txt': 'two\n' })
  expect(await scene.worktrees.snapshot(scene.project, worktree.id)).not.toBeNull()

  for (const ref of ['1', '2']) files.git('update-ref', '-d', `refs/controlroom/snapshots/${runId}/${ref}`)
  files.git('prune', '--expire=now')
  expect(() => files.git('cat-file', '-e', first!.commit)).toThrow()
  const third = await scene.worktrees.snapshot(scene.project, worktree.id)
  expect(readCommit(worktree.path, third!.commit)).toEqual({ 'a.txt': 'one', 'b.txt': 'two' })
})

test('a snapshot of a repository with long object ids works', async () => {
  const scene = createScene()
  const path = join(scene.root, '..', 'long')
  mkdirSync(path)
  git(path, 'init', '--quiet', '--object-format=sha256')
  writeFiles(path, { 'a.txt': 'a\n' })
  repositoryAt(path).commit()
  const project = { ...scene.project, id: 'long', path }
  const worktree = await scene.worktrees.create(project, { runId: 'r1', base: null })
  writeFiles(worktree.path, { 'a.txt': 'b\n' })
  const before = readCheckout(path)
  const snapshot = await scene.worktrees.snapshot(project, worktree.id)
  expect(snapshot!.commit).toHaveLength(64)
  expect((await scene.worktrees.diff(project, worktree.id)).files).toMatchObject([{ path: 'a.txt', additions: 1, deletions: 1 }])
  await scene.worktrees.remove(project, worktree.id, { discardChanges: true })
  expect(readCheckout(path)).toEqual(before)
})
