import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createRepository, remove } from '../../support/git.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { createProjectsScene } from './scene.ts'

failOnLeftovers()

test('projects, selection, names and limits are there again after a restart', async () => {
  const { projects, restart } = createProjectsScene()
  const one = await projects.add({ path: createRepository().path })
  const two = await projects.add({ path: createRepository({ 'opencode.json': '{}' }).path })
  await projects.select(two.id)
  await projects.update(one.id, { name: ' New name ', limit: 3 })
  await projects.trust(two.id, true)
  expect(projects.list()).toMatchObject([
    { id: one.id, name: 'New name', limit: 3, selected: false, trusted: false },
    { id: two.id, name: 'project', limit: null, selected: true, trusted: true, runsCode: ['opencode.json'] },
  ])
  expect(restart().list()).toEqual(projects.list())
})

test('a removed project is forgotten, and its repository stays', async () => {
  const { projects, restart } = createProjectsScene()
  const repository = createRepository()
  const project = await projects.add({ path: repository.path })
  await projects.select(project.id)
  expect(await projects.remove(project.id)).toMatchObject({ id: project.id, selected: true })
  expect(projects.list()).toEqual([])
  expect(restart().list()).toEqual([])
  expect(repository.git('status', '--porcelain')).toBe('')
  expect((await projects.add({ path: repository.path })).selected).toBe(false)
})

test('one project at most is selected', async () => {
  const { projects } = createProjectsScene()
  const one = await projects.add({ path: createRepository().path })
  const two = await projects.add({ path: createRepository().path })
  expect(await projects.select(one.id)).toMatchObject({ selected: true })
  expect(await projects.select(two.id)).toMatchObject({ selected: true })
  expect(projects.get(one.id)).toMatchObject({ selected: false })
  expect(await projects.select(null)).toBeNull()
  expect(projects.list().filter(({ selected }) => selected)).toEqual([])
})

test('a project that is not known is said to be not found', async () => {
  const { projects } = createProjectsScene()
  const missing = { code: 'NOT_FOUND' }
  expect(projects.get('nope')).toBeNull()
  expect(() => projects.require('nope')).toThrow(expect.objectContaining(missing))
  await expect(projects.remove('nope')).rejects.toMatchObject(missing)
  await expect(projects.select('nope')).rejects.toMatchObject(missing)
  await expect(projects.update('nope', { name: 'x' })).rejects.toMatchObject(missing)
  await expect(projects.trust('nope', true)).rejects.toMatchObject(missing)
  await expect(projects.refresh('nope')).rejects.toMatchObject(missing)
  await expect(projects.isTrusted('nope')).rejects.toMatchObject(missing)
})

test('a name without letters and a limit that is no number above 0 are refused', async () => {
  const { projects } = createProjectsScene()
  const { id } = await projects.add({ path: createRepository().path })
  for (const change of [{ name: '  ' }, { limit: 0 }, { limit: 1.5 }]) {
    await expect(projects.update(id, change)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' })
  }
  expect(await projects.update(id, { limit: 2 })).toMatchObject({ limit: 2 })
  expect(await projects.update(id, { limit: null })).toMatchObject({ limit: null, name: 'project' })
})

test('a folder that vanished is a problem that goes away when it is back', async () => {
  const { projects } = createProjectsScene()
  const repository = createRepository()
  const { id } = await projects.add({ path: repository.path })
  remove(`${repository.path}/.git`)
  expect(projects.require(id).problem).toMatch(/no git repository any more/)
  remove(repository.path)
  expect(projects.list()[0]!.problem).toMatch(/is gone: put it back, or remove the project/)
  expect(await projects.refresh(id)).toMatchObject({ problem: expect.any(String) })
  await expect(projects.trust(id, true)).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(await projects.isTrusted(id)).toBe(false)
})

test('a file that cannot be read is set aside, not written over', async () => {
  for (const broken of ['{ not json', '{"version":2}', '{"version":1,"selectedId":null,"projects":[{"id":"A B"}]}']) {
    const scene = createProjectsScene()
    await scene.projects.add({ path: createRepository().path })
    writeFileSync(scene.file, broken)
    const after = scene.restart()
    expect(after.list()).toEqual([])
    await after.add({ path: createRepository().path })
    const aside = readdirSync(dirname(scene.file)).filter((name) => name.includes('.broken-'))
    expect(aside).toEqual([`projects.json.broken-${scene.clock.now()}`])
    expect(readFileSync(`${dirname(scene.file)}/${aside[0]}`, 'utf8')).toBe(broken)
  }
})

test('a listener hears of a change after it is on disk, on a later microtask, and not after it has left', async () => {
  const { projects, file } = createProjectsScene()
  const heard = vi.fn((list: readonly unknown[]) => ({ list, onDisk: JSON.parse(readFileSync(file, 'utf8')).projects.length }))
  const failing = vi.fn(() => {
    throw new Error('slow day')
  })
  projects.subscribe(failing)
  const leave = projects.subscribe(heard)
  const project = await projects.add({ path: createRepository().path })
  expect(heard.mock.results.map(({ value }) => value)).toEqual([{ list: [project], onDisk: 1 }])
  await projects.refresh(project.id)
  await projects.select(null)
  expect(heard).toHaveBeenCalledTimes(1)
  leave()
  await projects.select(project.id)
  expect(heard).toHaveBeenCalledTimes(1)
  expect(failing).toHaveBeenCalledTimes(2)
})

test('a change that cannot be written does not hold', async () => {
  const { projects, file } = createProjectsScene()
  const { id } = await projects.add({ path: createRepository().path })
  remove(dirname(file))
  writeFileSync(dirname(file), 'a file where the folder was')
  await expect(projects.update(id, { name: 'Lost' })).rejects.toThrow()
  expect(projects.require(id).name).toBe('project')
  remove(dirname(file))
  expect(await projects.update(id, { name: 'Kept' })).toMatchObject({ name: 'Kept' })
})
