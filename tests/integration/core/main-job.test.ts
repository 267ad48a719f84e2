import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findMarked } from '../../../src/main/platform/index.ts'
import type { Project, Run } from '../../../src/shared/models/index.ts'
import { openCore, type TestCore } from '../../support/core.ts'
import { createRepository, git, readTree } from '../../support/git.ts'
import { script } from '../../support/opencode.ts'
import { failOnLeftovers, makeFolder, removeFolder } from '../../support/temp.ts'

failOnLeftovers()

let folder: string
let core: TestCore
const projects: Project[] = []

beforeAll(async () => {
  folder = makeFolder('core')
  core = await openCore(folder, { settings: { limits: { global: 6, project: 6, provider: 6 } } })
  await core.ready
  for (const name of ['web', 'api']) {
    const project = await core.projects.add({ path: makeRepository(name), name })
    projects.push(await core.projects.trust(project.id, true))
  }
})
afterAll(async () => {
  await core.stop()
  await core.model.close()
  removeFolder(folder)
})

/** A repository with one commit, inside the test's folder. */
function makeRepository(name: string): string {
  const path = join(folder, name)
  git(folder, 'init', '--quiet', path)
  git(path, 'commit', '--quiet', '--allow-empty', '-m', 'First')
  return path
}

const write = (filePath: string, content: string) => ({ tools: [{ name: 'write', args: { filePath, content } }] })
const agent = (projectId: string, steps: Parameters<typeof script>[0], more: object = {}): Promise<Run> =>
  core.create({ prompt: script(steps), projectId, policy: 'allow-all', model: 'fake/fake', ...more })

describe('many agents at once', () => {
  it('work in two projects, each in its own worktree, and never see each other’s files', async () => {
    const before = projects.map((project) => readTree(project.path))
    const created = await Promise.all(
      [0, 0, 1, 1].map((which, i) =>
        agent(projects[which]!.id, [
          { ...write(`own-${i}.txt`, `written by ${i}\n`) },
          { tools: [{ name: 'bash', args: { command: 'ls > seen.txt', description: 'look around' } }] },
          { text: `done ${i}` },
        ]),
      ),
    )
    const runs = await Promise.all(created.map(({ id }) => core.until(id, 'succeeded', 'failed')))
    const diffs = await Promise.all(runs.map(({ id }) => core.runs.diff(id)))
    expect(runs.map(({ status, progress, error }) => ({ status, progress, error }))).toEqual(
      Array(4).fill({ status: 'succeeded', progress: 1, error: null }),
    )
    expect(diffs.map(({ files }) => files.map(({ path }) => path).sort())).toEqual([0, 1, 2, 3].map((i) => [`own-${i}.txt`, 'seen.txt']))
    expect(projects.map((project) => readTree(project.path))).toEqual(before)
    expect(new Set(runs.map(({ worktreeId }) => worktreeId)).size).toBe(4)
  })

  it('tell what they do: prompt, tools, text, cost and files are events in order', async () => {
    const { id } = await agent(projects[0]!.id, [{ ...write('a.txt', 'a\n') }, { text: 'All done.' }])
    await core.until(id, 'succeeded', 'failed')
    const events = await core.runs.events(id, 0, 1_000)
    const kinds = events.map(({ kind }) => kind)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
    for (const kind of ['worktree', 'session', 'prompt', 'tool', 'text', 'usage']) expect(kinds).toContain(kind)
    expect(events.findLast(({ kind }) => kind === 'text')?.data).toMatchObject({ text: 'All done.' })
  })
})

describe('a run whose agent cannot go on', () => {
  it('fails at once for a wrong model, and the sentence names it', async () => {
    const { id } = await agent(projects[0]!.id, [{ text: 'never' }], { model: 'fake/nothing' })
    const run = await core.until(id, 'failed')
    expect(run.error).toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining('fake/nothing') })
    expect(core.operations.activeCount()).toBe(0)
    expect((await core.operations.list()).operations.find((operation) => operation.id === id)).toMatchObject({
      state: 'failed',
      canRetry: true,
    })
  })

  it('fails with what the provider said, and Retry makes a second attempt in the same worktree and session', async () => {
    const { id } = await agent(projects[0]!.id, [
      { ...write('kept.txt', 'kept\n') },
      { status: 400, message: 'not today', times: 1, text: 'recovered' },
    ])
    const failed = await core.until(id, 'failed')
    expect(failed.error).toMatchObject({ code: 'PROVIDER_ERROR', message: expect.stringContaining('not today') })
    await core.runs.retry(id, undefined)
    const run = await core.until(id, 'succeeded', 'failed')
    expect(run).toMatchObject({ status: 'succeeded', attempt: 2, worktreeId: failed.worktreeId, sessionId: failed.sessionId })
    expect((await core.runs.diff(id)).files.map(({ path }) => path)).toContain('kept.txt')
  })

  it('is cancelled in the middle, keeps its worktree, and leaves no process behind', async () => {
    const { id } = await agent(projects[1]!.id, [
      { ...write('half.txt', 'half\n') },
      { tools: [{ name: 'bash', args: { command: 'sleep 300 & sleep 301', description: 'wait' } }] },
    ])
    for await (const message of core.runs.follow(id, 0, AbortSignal.timeout(60_000))) {
      const parts = message.type === 'part' ? [message.part] : message.type === 'snapshot' ? message.parts : []
      if (parts.some((part) => part.tool === 'bash')) break
    }
    await core.runs.cancel(id, 'changed my mind')
    const run = await core.until(id, 'cancelled')
    expect([run.outcome, run.error, findMarked({ name: 'RUN_ID', value: id })]).toEqual(['cancelled', null, []])
    expect((await core.runs.diff(id)).files.map(({ path }) => path)).toContain('half.txt')
  })
})

describe('follow-ups', () => {
  it('go on in the same session and worktree once a run has ended', async () => {
    const { id } = await agent(projects[0]!.id, [{ ...write('one.txt', '1\n') }, { text: 'one' }])
    const first = await core.until(id, 'succeeded')
    await core.sessions.prompt(id, script([{ ...write('two.txt', '2\n') }, { text: 'two' }]))
    const second = await core.until(id, 'succeeded')
    // The first ending may still be on screen; what counts is that the second step has run.
    const run = second.steps.length === 2 && second.status === 'succeeded' ? second : await core.until(id, 'succeeded')
    expect([run.sessionId, run.worktreeId, run.steps.map(({ status }) => status)]).toEqual([
      first.sessionId,
      first.worktreeId,
      ['succeeded', 'succeeded'],
    ])
    expect((await core.runs.diff(id)).files.map(({ path }) => path).sort()).toEqual(['one.txt', 'two.txt'])
  })
})

describe('what must be refused', () => {
  it('is an agent in a project nobody trusts', async () => {
    const repository = createRepository()
    const project = await core.projects.add({ path: repository.path })
    await expect(agent(project.id, [{ text: 'x' }])).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await core.projects.remove(project.id)
  })

  it('is removing a project whose runs are not over, and a worktree in use', async () => {
    const { id } = await agent(projects[1]!.id, [{ text: 'slow', chunks: 100, delayMs: 100 }])
    await core.until(id, 'running')
    await expect(core.projects.remove(projects[1]!.id)).rejects.toMatchObject({ code: 'CONFLICT' })
    for await (const message of core.runs.follow(id, 0, AbortSignal.timeout(60_000))) if (message.type === 'delta') break
    const { worktreeId } = await core.runs.get(id)
    await expect(core.worktrees.remove(worktreeId!, { discardChanges: true })).rejects.toMatchObject({ code: 'CONFLICT' })
    await core.runs.cancel(id, undefined)
    await core.until(id, 'cancelled')
  })
})

describe('worktrees', () => {
  it('are removed by the cleanup policy of their ending, after a snapshot', async () => {
    core.host.updateSettings({ cleanup: { succeeded: 'remove' } })
    const { id } = await agent(projects[0]!.id, [{ ...write('gone.txt', 'gone\n') }, { text: 'x' }])
    const run = await core.until(id, 'succeeded')
    await expect
      .poll(async () => (await core.worktrees.list(projects[0]!.id)).some(({ id }) => id === run.worktreeId), { timeout: 20_000 })
      .toBe(false)
    core.host.updateSettings({ cleanup: { succeeded: 'keep' } })
    const refs = git(projects[0]!.path, 'for-each-ref', '--format=%(refname)', `refs/controlroom/snapshots/${id}`)
    const [ref] = refs.split('\n')
    expect(git(projects[0]!.path, 'show', `${ref}:gone.txt`)).toBe('gone')
  })

  it('lie under the data folder, named for their run', () => {
    const names = readdirSync(join(core.dataDir, 'worktrees', projects[0]!.id)).filter((name) =>
      existsSync(join(core.dataDir, 'worktrees', projects[0]!.id, name, '.git')),
    )
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) expect(name).toMatch(/^task-[a-z0-9]{26}-[a-z0-9]+$/)
  })
})
