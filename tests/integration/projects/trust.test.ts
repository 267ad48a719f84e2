import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository, git, remove, writeFiles } from '../../support/git.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { createProjectsScene } from './scene.ts'

failOnLeftovers()

const CODE = {
  '.opencode/plugin/hello.ts': 'export {}\n',
  '.opencode/agent/writer.md': 'Write.\n',
  'opencode.json': '{ "mcp": { "files": { "type": "local", "command": ["node", "./tools/server.js"] } } }',
  'tools/server.js': '1\n',
  'readme.md': 'hello\n',
}

test('what would run is shown, files and commands', async () => {
  const { projects } = createProjectsScene()
  const project = await projects.add({ path: createRepository(CODE).path })
  expect(project.trusted).toBe(false)
  expect(project.runsCode).toEqual([
    '.opencode/agent/writer.md',
    '.opencode/plugin/hello.ts',
    'opencode.json',
    'tools/server.js',
    'opencode.json: MCP server "files": node ./tools/server.js',
  ])
})

test('trust holds for what was there, and ends when any of it changes', async () => {
  const { projects, restart } = createProjectsScene()
  const repository = createRepository(CODE)
  const { id } = await projects.add({ path: repository.path })
  expect(await projects.isTrusted(id)).toBe(false)
  expect(await projects.trust(id, true)).toMatchObject({ trusted: true })
  expect(await projects.isTrusted(id)).toBe(true)
  repository.write({ 'readme.md': 'changed\n', 'src/new.ts': '1' })
  expect(await projects.isTrusted(id)).toBe(true)

  const changes: Record<string, string>[] = [
    { '.opencode/plugin/hello.ts': 'evil()\n' },
    { '.opencode/plugin/another.js': '' },
    { 'tools/server.js': 'evil()' },
    { 'opencode.json': '{}' },
    { 'opencode.jsonc': '{}' },
  ]
  for (const change of changes) {
    await projects.trust(id, true)
    repository.write(change)
    expect(await projects.isTrusted(id), JSON.stringify(change)).toBe(false)
    expect(projects.require(id).trusted).toBe(false)
    expect(restart().require(id).trusted).toBe(false)
  }
  await projects.trust(id, true)
  remove(join(repository.path, '.opencode/agent'))
  expect(await projects.refresh(id)).toMatchObject({ trusted: false })
  await projects.trust(id, true)
  expect(await projects.trust(id, false)).toMatchObject({ trusted: false })
  expect(await projects.isTrusted(id)).toBe(false)
})

test('what OpenCode itself installs does not end trust, packages of the repository do', async () => {
  const { projects } = createProjectsScene()
  const repository = createRepository(CODE)
  const { id } = await projects.add({ path: repository.path })
  await projects.trust(id, true)
  writeFiles(join(repository.path, '.opencode'), {
    'package.json': '{"dependencies":{"@opencode-ai/plugin":"1.18.33"}}',
    'package-lock.json': '{}',
    '.gitignore': 'node_modules\n',
    'node_modules/@opencode-ai/plugin/index.js': '1',
  })
  expect(await projects.isTrusted(id)).toBe(true)
  writeFiles(join(repository.path, '.opencode'), { 'package.json': '{"dependencies":{"@opencode-ai/plugin":"1", "left-pad":"1"}}' })
  expect(await projects.isTrusted(id)).toBe(false)
  expect(projects.require(id).runsCode).toContain('.opencode/package.json: installs left-pad')
  await projects.trust(id, true)
  writeFiles(join(repository.path, '.opencode'), { 'node_modules/left-pad/index.js': 'evil()' })
  expect(await projects.isTrusted(id)).toBe(true)
  repository.git('add', '-f', '.opencode/node_modules/left-pad/index.js')
  expect(await projects.isTrusted(id)).toBe(false)
})

test('code behind links counts, and links in a circle end', async () => {
  const { projects } = createProjectsScene()
  const repository = createRepository()
  const outside = tempFolder()
  writeFiles(outside, { 'plugin.ts': '1' })
  writeFiles(join(repository.path, '.opencode'), { 'a.md': '' })
  symlinkSync(outside, join(repository.path, '.opencode', 'plugin'))
  symlinkSync('..', join(repository.path, '.opencode', 'loop'))
  symlinkSync('nowhere', join(repository.path, '.opencode', 'dangling'))
  const { id } = await projects.add({ path: repository.path })
  await projects.trust(id, true)
  writeFiles(outside, { 'plugin.ts': '2' })
  expect(await projects.isTrusted(id)).toBe(false)
  await projects.trust(id, true)
  remove(join(repository.path, '.opencode', 'dangling'))
  symlinkSync('elsewhere', join(repository.path, '.opencode', 'dangling'))
  expect(await projects.isTrusted(id)).toBe(false)
})

test('a worktree of another commit is trusted only as far as its code was', async () => {
  const { projects } = createProjectsScene()
  const repository = createRepository({ 'readme.md': '' })
  repository.git('tag', 'without')
  repository.write(CODE)
  repository.commit()
  repository.git('checkout', '--quiet', '-b', 'evil')
  repository.write({ '.opencode/plugin/evil.ts': '1' })
  repository.commit()
  repository.git('checkout', '--quiet', 'main')
  const { id } = await projects.add({ path: repository.path })
  await projects.trust(id, true)
  for (const [commit, trusted] of [
    ['main', true],
    ['without', true],
    ['evil', false],
  ] as const) {
    const folder = join(tempFolder(), 'worktree')
    git(repository.path, 'worktree', 'add', '--quiet', '--detach', folder, commit)
    expect(await projects.isTrusted(id, folder), commit).toBe(trusted)
  }
})
