import { existsSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { breakGit, readTree, remove, writeFiles } from '../../support/git.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { createScene, projectAt, type Scene } from './scene.ts'

failOnLeftovers()

/** Changes a record by hand, as a crash would have left it. */
function setRecord(scene: Scene, id: string, change: Record<string, unknown>): void {
  const file = join(scene.root, scene.project.id, `${id}.json`)
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }))
}

test('a worktree that is whole is left as it is', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await scene.start()
  files.write({ 'a.txt': 'work\n', 'b.txt': 'b\n' })
  const before = { tree: readTree(worktree.path), left: scene.left() }
  const manager = scene.restart()
  await manager.recover([scene.project])
  expect({ tree: readTree(worktree.path), left: scene.left() }).toEqual(before)
  expect(await manager.get(scene.project, worktree.id)).toMatchObject({ dirty: true })
})

test('a half-made worktree is neither listed nor found, and the same run gets a whole one', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree, runId } = await scene.start()
  setRecord(scene, worktree.id, { state: 'creating' })
  remove(join(worktree.path, 'a.txt'))
  expect(await scene.worktrees.list(scene.project)).toHaveLength(1)
  expect(await scene.worktrees.get(scene.project, worktree.id)).toBeNull()
  const again = await scene.start(runId)
  expect(readTree(again.worktree.path)).toEqual(readTree(scene.repository.path))
  expect(await scene.worktrees.list(scene.project)).toHaveLength(2)
})

test('a worktree that could not be made leaves nothing, and can be asked for again', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const mend = breakGit('worktree add')
  await expect(scene.start('r1')).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringMatching(/could not make the worktree .*no space left/),
  })
  expect(scene.left()).toEqual([])
  mend()
  expect((await scene.start('r1')).worktree).toMatchObject({ runId: 'r1' })
})

test('an archived folder without a snapshot goes back to its place', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await scene.start()
  files.write({ 'b.txt': 'work\n' })
  const tree = readTree(worktree.path)
  const archive = join(scene.root, '.trash', 'archived')
  writeFiles(join(scene.root, '.trash'), { 'stray/file.txt': 'from an earlier removal\n' })
  renameSync(worktree.path, archive)
  setRecord(scene, worktree.id, { state: 'removing', removal: { snapshot: worktree.baseCommit, tip: worktree.baseCommit, archive } })
  const manager = scene.restart()
  await manager.recover([scene.project])
  await manager.settled()
  expect(readTree(worktree.path)).toEqual(tree)
  expect(await manager.get(scene.project, worktree.id)).toMatchObject({ dirty: true })
  expect(readdirSync(join(scene.root, '.trash'))).toEqual([])
})

test('an archive of a project that is not known now is kept', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree } = await scene.start()
  const archive = join(scene.root, '.trash', 'archived')
  writeFiles(join(scene.root, '.trash'), { 'stray/file.txt': '' })
  renameSync(worktree.path, archive)
  setRecord(scene, worktree.id, { state: 'removing', removal: { snapshot: worktree.baseCommit, tip: null, archive } })
  const manager = scene.restart()
  await manager.recover([])
  await manager.settled()
  expect(readdirSync(join(scene.root, '.trash'))).toEqual(['archived'])
})

test('when both the archive and something in its place are there, both stay', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree } = await scene.start()
  const archive = join(scene.root, '.trash', 'archived')
  writeFiles(join(scene.root, '.trash'), { 'x/y': '' })
  renameSync(worktree.path, archive)
  writeFiles(worktree.path, { 'precious.txt': 'x' })
  setRecord(scene, worktree.id, { state: 'removing', removal: { snapshot: worktree.baseCommit, tip: null, archive } })
  await scene.restart().recover([scene.project])
  expect(existsSync(join(archive, 'a.txt')) && existsSync(join(worktree.path, 'precious.txt'))).toBe(true)
})

test('a worktree that lost its record gets one again, with the commit it was made from', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await scene.start()
  files.write({ 'a.txt': 'b\n' })
  files.commit()
  scene.repository.commit('The main branch goes on')
  writeFileSync(join(scene.root, scene.project.id, `${worktree.name}.json`), '{ broken')
  const manager = scene.restart()
  expect(await manager.list(scene.project)).toHaveLength(1)
  await manager.recover([scene.project])
  expect(await manager.get(scene.project, worktree.id)).toMatchObject({ runId: worktree.runId, baseCommit: worktree.baseCommit, ahead: 1 })
  expect(readdirSync(join(scene.root, scene.project.id)).filter((name) => name.includes('.broken-'))).toHaveLength(1)
})

test('a record that names a place that is not its own makes nobody delete or move that', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const precious = tempFolder('precious')
  writeFiles(precious, { 'keep.txt': 'keep\n' })
  const { worktree } = await scene.start()
  const other = await scene.start()
  const tampered = [
    { state: 'creating', path: precious },
    { state: 'creating', path: other.worktree.path },
    { state: 'creating', branch: 'main' },
    { state: 'creating', path: `${worktree.path}/../../../../project` },
    { state: 'removing', removal: { snapshot: worktree.baseCommit, tip: null, archive: precious } },
    { state: 'removing', removal: { snapshot: worktree.baseCommit, tip: null, archive: join(scene.root, '.trash', '..') } },
  ]
  const whole = { path: worktree.path, branch: worktree.branch, state: 'ready', removal: null }
  for (const change of tampered) {
    setRecord(scene, worktree.id, { ...whole, ...change })
    const manager = scene.restart()
    await manager.recover([scene.project])
    await manager.settled()
    expect(existsSync(join(precious, 'keep.txt'))).toBe(true)
    for (const path of [worktree.path, other.worktree.path]) expect(existsSync(join(path, 'a.txt')), JSON.stringify(change)).toBe(true)
    expect(scene.repository.git('branch', '--list', 'main')).not.toBe('')
  }
})

test('a half-made worktree below a link to somewhere else is not followed', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree } = await scene.start()
  setRecord(scene, worktree.id, { state: 'creating' })
  const elsewhere = join(tempFolder(), 'elsewhere')
  renameSync(join(scene.root, scene.project.id), elsewhere)
  symlinkSync(elsewhere, join(scene.root, scene.project.id))
  await scene.restart().recover([scene.project])
  expect(existsSync(join(elsewhere, worktree.name, 'a.txt'))).toBe(true)
})

test("one project's trouble does not keep the others waiting", async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree } = await scene.start()
  setRecord(scene, worktree.id, { state: 'creating' })
  await scene.restart().recover([projectAt('/no/such/folder'), projectAt(tempFolder()), scene.project])
  expect(existsSync(worktree.path)).toBe(false)
})

test('what nobody speaks of any more is deleted: temporary files and indexes of removed worktrees', async () => {
  const scene = createScene()
  const { worktree } = await scene.start()
  await scene.worktrees.snapshot(scene.project, worktree.id)
  writeFiles(scene.root, { '.tmp/diff-x/index': '', '.snapshots/p-task-x-20260101t000000/index': '' })
  await scene.restart().recover([scene.project])
  expect(existsSync(join(scene.root, '.tmp'))).toBe(false)
  expect(readdirSync(join(scene.root, '.snapshots'))).toEqual([`${scene.project.id}-${worktree.name}`])
})

test('a worktree that git has forgotten while its folder is there is registered again', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree, files } = await scene.start()
  files.write({ 'a.txt': 'committed\n' })
  const head = files.commit()
  files.write({ 'a.txt': 'changed\n', 'b.txt': 'work\n' })
  renameSync(worktree.path, `${worktree.path}-out-of-reach`)
  scene.repository.git('worktree', 'prune', '--expire=now')
  renameSync(`${worktree.path}-out-of-reach`, worktree.path)
  await expect(scene.worktrees.snapshot(scene.project, worktree.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })

  const manager = scene.restart()
  await manager.recover([scene.project])
  expect(await manager.get(scene.project, worktree.id)).toMatchObject({ branch: worktree.name, headCommit: head, dirty: true, ahead: 1 })
  expect(files.git('status', '--porcelain')).toBe(' M a.txt\n?? b.txt')
  expect(scene.repository.git('worktree', 'list')).toContain(worktree.path)
  await manager.remove(scene.project, worktree.id, { discardChanges: true })
})

test('a folder that is no worktree any more is neither deleted nor entered', async () => {
  const scene = createScene({ 'a.txt': 'a\n' })
  const { worktree, files, runId } = await scene.start()
  files.write({ 'b.txt': 'work\n' })
  scene.repository.git('worktree', 'remove', '--force', worktree.path)
  writeFiles(worktree.path, { 'precious.txt': 'x' })
  await scene.restart().recover([scene.project])
  await expect(scene.start(runId)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/no worktree of .* any more/) })
  expect(readFileSync(join(worktree.path, 'precious.txt'), 'utf8')).toBe('x')
})
