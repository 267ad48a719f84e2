import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository, git, personalGitConfig, readCheckout, writeFiles } from '../../support/git.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { createProjectsScene } from './scene.ts'

failOnLeftovers()

test('a repository becomes a project with its real path, its name and its branch', async () => {
  const { projects, clock } = createProjectsScene()
  const { path } = createRepository()
  const link = join(tempFolder(), 'link')
  symlinkSync(path, link)
  const project = await projects.add({ path: `${link}/` })
  expect(project).toEqual({
    id: expect.stringMatching(/^[a-z0-9]{26}$/),
    name: 'project',
    path,
    defaultBranch: 'main',
    trusted: false,
    runsCode: [],
    selected: false,
    limit: null,
    addedAt: clock.now(),
    problem: null,
  })
  expect(projects.list()).toEqual([project])
  expect(projects.get(project.id)).toEqual(project)
  expect(Object.isFrozen(project) && Object.isFrozen(project.runsCode) && Object.isFrozen(projects.list())).toBe(true)
})

test('the default branch is what origin says, else what is checked out, else unknown', async () => {
  const { projects } = createProjectsScene()
  const origin = createRepository()
  const clone = join(tempFolder(), 'clone')
  git('/', 'clone', '--quiet', origin.path, clone)
  git(clone, 'checkout', '--quiet', '-b', 'work')
  expect(await projects.add({ path: clone, name: ' My clone ' })).toMatchObject({ name: 'My clone', defaultBranch: 'main' })
  origin.git('checkout', '--quiet', '--detach')
  expect(await projects.add({ path: origin.path })).toMatchObject({ defaultBranch: null })
})

test('what is no repository to start from is refused with a sentence that says what to do', async () => {
  const { projects } = createProjectsScene()
  const repository = createRepository({ 'src/a.txt': 'a\n' })
  const { path } = repository
  const folder = tempFolder()
  const worktree = join(tempFolder(), 'other')
  repository.git('worktree', 'add', '--quiet', worktree)
  git(folder, 'init', '--quiet', 'unborn')
  git(folder, 'clone', '--quiet', '--bare', path, 'bare.git')
  mkdirSync(join(folder, 'plain'))

  const cases: [string, RegExp][] = [
    ['src', /is no absolute path: give the whole path/],
    ['~/project', /is no absolute path/],
    [join(folder, 'nothing'), /There is no folder .*nothing: check the path/],
    [`${folder}\0x`, /There is no folder/],
    [join(path, 'src/a.txt'), /is a file: give the folder/],
    [join(folder, 'plain'), /is no git repository: run "git init" there and make a first commit/],
    [join(path, 'src'), new RegExp(`lies inside the repository ${path}: add ${path} instead`)],
    [join(path, '.git'), /is the inside of a git repository/],
    [worktree, new RegExp(`is a worktree of ${path}: add ${path} instead`)],
    [join(folder, 'unborn'), /has no commit yet: make a first commit/],
    [join(folder, 'bare.git'), /is a bare repository: add a clone/],
  ]
  for (const [given, message] of cases) {
    await expect(projects.add({ path: given }), given).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringMatching(message),
    })
  }
  await expect(projects.add({ path: join(path, 'src') })).rejects.toMatchObject({ data: { root: path } })
  await expect(projects.add({ path: worktree })).rejects.toMatchObject({ data: { root: path } })
  expect(projects.list()).toEqual([])
})

test('the same repository is refused the second time, also when added twice at once or through a link', async () => {
  const { projects } = createProjectsScene()
  const { path } = createRepository()
  const link = join(tempFolder(), 'link')
  symlinkSync(path, link)
  const [first, second] = await Promise.allSettled([projects.add({ path }), projects.add({ path: link })])
  const [project] = projects.list()
  expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected'])
  await expect(projects.add({ path })).rejects.toMatchObject({ code: 'CONFLICT', data: { projectId: project!.id } })
  expect(projects.list()).toHaveLength(1)
})

test('only repositories inside the allowed folders may be added', async () => {
  const { projects, allowedRoots } = createProjectsScene()
  const { path } = createRepository()
  const link = join(tempFolder(), 'allowed')
  symlinkSync(join(path, '..'), link)

  allowedRoots.push(`${path}-other`, join(path, 'deeper'), tempFolder())
  await expect(projects.add({ path })).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/outside the folders/) })
  // A link into an allowed folder lies where it leads to.
  const disguise = join(allowedRoots.at(-1)!, 'disguise')
  symlinkSync(path, disguise)
  await expect(projects.add({ path: disguise })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  allowedRoots.push(link)
  expect(await projects.add({ path })).toMatchObject({ path })
})

test('adding changes nothing in the repository and runs nothing of it', async () => {
  const { projects } = createProjectsScene()
  const repository = createRepository({ 'a.txt': 'a\n', '.opencode/plugin/p.ts': '' })
  const sprung = join(tempFolder(), 'sprung')
  const trap = join(tempFolder(), 'trap')
  writeFiles('/', { [trap]: `#!/bin/sh\necho x >> ${sprung}\n` })
  chmodSync(trap, 0o755)
  personalGitConfig(`[core]\n\tfsmonitor = ${trap}\n`)
  repository.write({ 'a.txt': 'changed\n' })
  const before = readCheckout(repository.path)
  rmSync(sprung, { force: true })

  const project = await projects.add({ path: repository.path })
  await projects.trust(project.id, true)
  await projects.refresh(project.id)
  expect(existsSync(sprung)).toBe(false)
  personalGitConfig('')
  expect(readCheckout(repository.path)).toEqual(before)
})

test('a folder named like anything can be a project', async () => {
  const { projects } = createProjectsScene()
  const path = join(tempFolder(), 'a "b" ü\n日本 $HOME')
  git('/', 'clone', '--quiet', createRepository().path, path)
  expect(await projects.add({ path })).toMatchObject({ path, name: basename(path) })
})

test('where this process itself runs inside of a git hook does not matter', async () => {
  const { projects } = createProjectsScene()
  const { path } = createRepository()
  process.env.GIT_DIR = join(createRepository().path, '.git')
  try {
    expect(await projects.add({ path })).toMatchObject({ path })
  } finally {
    delete process.env.GIT_DIR
  }
})
