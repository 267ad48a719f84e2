import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../src/main/platform/index.ts'
import type { WorktreeDriver, WorktreePlace } from '../../src/main/worktrees/index.ts'
import type { Project } from '../../src/shared/models/index.ts'
import { createRepository, git, readCheckout, readTree, repositoryAt, type TestRepository } from '../support/git.ts'

/** Makes a driver for a project; what it opens it closes when the running test ends. */
export type MakeDriver = (project: Project) => Promise<WorktreeDriver>

/** What every way of making worktrees owes the manager. */
export function testWorktreeDriver(name: string, makeDriver: MakeDriver): void {
  describe(`worktrees by ${name}`, () => {
    let repository: TestRepository
    let project: Project
    let driver: WorktreeDriver
    let base: string

    beforeEach(async () => {
      repository = createRepository({ 'a.txt': 'a\n', 'b/c.txt': 'c\n' })
      base = repository.git('rev-parse', 'HEAD')
      project = {
        id: newId(),
        name: 'Project',
        path: repository.path,
        defaultBranch: 'main',
        trusted: true,
        runsCode: [],
        selected: false,
        limit: null,
        addedAt: 0,
        problem: null,
      }
      driver = await makeDriver(project)
    })

    const make = async (worktree: string, commit = base): Promise<WorktreePlace> => {
      await driver.create(project, worktree, commit)
      return driver.plan(project, worktree)
    }
    const branches = (): string[] => repository.git('branch', '--format=%(refname:short)').split('\n').sort()

    test('a worktree is made where it was planned, whole, on its own branch', async () => {
      const before = readCheckout(repository.path)
      const { path, branch } = await make('task-r1-20260105t120000')
      expect(path.startsWith(driver.root + sep)).toBe(true)
      expect(path.endsWith(`${sep}task-r1-20260105t120000`)).toBe(true)
      expect(readTree(path)).toEqual(readTree(repository.path))
      expect(git(path, 'symbolic-ref', '--short', 'HEAD')).toBe(branch)
      expect(git(path, 'rev-parse', 'HEAD')).toBe(base)
      expect(git(path, 'status', '--porcelain')).toBe('')
      expect({ ...readCheckout(repository.path), refs: before.refs }).toEqual(before)
    })

    test('a worktree can start from another commit than the latest', async () => {
      repository.write({ 'a.txt': 'later\n' })
      repository.commit()
      const { path } = await make('task-r1-20260105t120000', base)
      expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('a\n')
    })

    test('many are made at once, and the list has exactly these', async () => {
      repository.git('worktree', 'add', '--quiet', '-b', 'own', join(repository.path, '..', 'own'))
      const names = Array.from({ length: 8 }, (_, at) => `task-r${at}-20260105t120000`)
      const places = await Promise.all(names.map((worktree) => make(worktree)))
      const found = await driver.list(project)
      const sorted = <T extends { path: string }>(list: readonly T[]): T[] => [...list].sort((a, b) => (a.path < b.path ? -1 : 1))
      expect(sorted(found)).toEqual(sorted(places.map((place) => ({ ...place, head: base }))))
    })

    test('a name that is taken is refused, and the worktree that has it stays', async () => {
      const { path } = await make('task-r1-20260105t120000')
      repositoryAt(path).write({ 'work.txt': 'work\n' })
      await expect(driver.create(project, 'task-r1-20260105t120000', base)).rejects.toThrow()
      expect(readFileSync(join(path, 'work.txt'), 'utf8')).toBe('work\n')
    })

    test('a commit that does not exist makes an error, and what is left can be removed', async () => {
      const place = driver.plan(project, 'task-r1-20260105t120000')
      await expect(driver.create(project, 'task-r1-20260105t120000', 'f'.repeat(40))).rejects.toThrow()
      await driver.remove(project, place, { tip: base })
      expect(await driver.list(project)).toEqual([])
      expect(branches()).toEqual(['main'])
    })

    test('a reset worktree is back at a commit, without untracked files, and with ignored ones unless asked', async () => {
      const place = await make('task-r1-20260105t120000')
      const files = repositoryAt(place.path)
      files.write({ '.gitignore': 'ignored\n', 'a.txt': 'changed\n' })
      files.commit()
      files.write({ 'b/c.txt': 'changed\n', 'new/x.txt': 'x\n', ignored: 'x' })
      files.git('checkout', '--quiet', '--detach')
      const committed = files.git('rev-parse', 'HEAD')
      await driver.reset(project, place, { commit: committed, ignored: false })
      expect(existsSync(join(place.path, 'ignored'))).toBe(true)
      await driver.reset(project, place, { commit: committed, ignored: true })
      expect(existsSync(join(place.path, 'ignored'))).toBe(false)
      await driver.reset(project, place, { commit: base, ignored: false })
      expect(readTree(place.path)).toEqual(readTree(repository.path))
      expect(files.git('symbolic-ref', '--short', 'HEAD')).toBe(place.branch)
      expect(files.git('rev-parse', 'HEAD')).toBe(base)
    })

    test('a removed worktree is gone with its registration and branch, also when removed again', async () => {
      const before = readCheckout(repository.path)
      const place = await make('task-r1-20260105t120000')
      const other = await make('task-r2-20260105t120000')
      repositoryAt(place.path).write({ 'x.txt': 'x' })
      await driver.remove(project, place, { tip: base })
      await driver.remove(project, place, { tip: base })
      expect(existsSync(place.path)).toBe(false)
      expect(branches()).toEqual(['main', other.branch].sort())
      expect((await driver.list(project)).map(({ path }) => path)).toEqual([other.path])
      await driver.remove(project, other, { tip: base })
      expect(readCheckout(repository.path)).toEqual(before)
    })

    test('a worktree whose folder was moved away can be removed, and the folder is not missed', async () => {
      const place = await make('task-r1-20260105t120000')
      rmSync(place.path, { recursive: true })
      expect(await driver.list(project)).toEqual([])
      await driver.remove(project, place, { tip: base })
      expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1)
      expect(branches()).toEqual(['main'])
    })

    test('a branch that has moved on, or has no known tip, is not deleted', async () => {
      const moved = await make('task-r1-20260105t120000')
      const tip = repositoryAt(moved.path).commit()
      await driver.remove(project, moved, { tip: base })
      expect(repository.git('rev-parse', moved.branch)).toBe(tip)
      const unknown = await make('task-r2-20260105t120000')
      await driver.remove(project, unknown, { tip: null })
      expect(repository.git('rev-parse', unknown.branch)).toBe(base)
    })
  })
}
