import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { CreateRun } from '../../src/shared/contract/runs.ts'
import type { Project, RunEvent, RunSummary, Worktree } from '../../src/shared/models/index.ts'
import { git } from '../support/git.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { type Host, openScene, type Scene, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

/** A moment in a run's life: before or after the commit of a transaction with a statement like this. */
type Point = readonly ['before' | 'after', RegExp]

const QUEUED = /^INSERT INTO runs/
const CLAIMED = /^INSERT INTO run_attempts/
const WORKTREE_STORED = /^UPDATE runs SET worktree_id/
const STEP_BEGUN = /^UPDATE run_steps SET .*\bstatus = .* running/
const SESSION_STORED = /^UPDATE runs SET session_id/
const PROMPT_TOLD = /^INSERT INTO run_events .* prompt /s
const TOOL_TOLD = /^INSERT INTO run_events .* tool /s
const STEP_ENDED = /^UPDATE run_steps SET status = .* succeeded/
const RUN_ENDED = /^UPDATE runs SET status = .* succeeded/

const COMMAND_POINTS: Point[] = [
  ['after', QUEUED],
  ['after', CLAIMED],
  ['before', WORKTREE_STORED],
  ['after', WORKTREE_STORED],
  ['after', STEP_BEGUN],
  ['before', STEP_ENDED],
  ['after', STEP_ENDED],
  ['before', RUN_ENDED],
  ['after', RUN_ENDED],
]
const AGENT_POINTS: Point[] = [
  ['before', SESSION_STORED],
  ['after', SESSION_STORED],
  ['before', PROMPT_TOLD],
  ['after', TOOL_TOLD],
  ['before', STEP_ENDED],
]

/** Starts a host that dies at the point, queues a run, and waits for the death. A caller whose host dies asks again: with its key, nothing is queued twice. */
async function dieAt(scene: Scene, [when, point]: Point, request: (project: Project) => CreateRun): Promise<string> {
  const node = ['--import', join(import.meta.dirname, 'die-at-commit.ts')]
  const host = await scene.start({ node, env: { DIE_AT: point.source, DIE_WHEN: when } })
  const { projects } = await host.get<{ projects: Project[] }>('/projects')
  const project = projects[0] ?? (await scene.project(host))
  // What the host before left comes to its end first, so that the next death is the new run's own.
  const { runs } = await host.get<{ runs: RunSummary[] }>('/runs')
  for (const { id } of runs) await host.until(id, 'succeeded', 'failed')
  await host.create(request(project)).catch(() => {})
  expect(await host.exited, `${when} ${point}`).toMatchObject({ signal: 'SIGKILL' })
  return host.instanceId
}

const SUCCEEDED = ({ kind, message }: RunEvent): boolean => kind === 'run' && message === 'Succeeded.'

/** What holds for a run however often its host has died. */
async function expectOneSuccess(host: Host, id: string, what: string): Promise<void> {
  const run = await host.until(id, 'succeeded', 'failed')
  const [attempts, events] = [await host.attempts(id), await host.events(id)]
  expect(run, what).toMatchObject({ status: 'succeeded', error: null, progress: 1 })
  expect(
    run.steps.map(({ status }) => status),
    what,
  ).toEqual(run.steps.map(() => 'succeeded'))
  expect(
    attempts.filter(({ outcome }) => outcome === 'success'),
    what,
  ).toHaveLength(1)
  expect(
    attempts.filter(({ endedAt }) => endedAt === null),
    what,
  ).toEqual([])
  expect(
    events.map(({ seq }) => seq),
    what,
  ).toEqual(events.map((_, index) => index + 1))
  expect(events.filter(SUCCEEDED), what).toHaveLength(1)
}

/** Every folder under the worktrees' root is one that git knows and a run owns, and the other way round. */
async function expectNoStrayWorktrees(scene: Scene, host: Host, runIds: readonly string[]): Promise<void> {
  const { projects } = await host.get<{ projects: Project[] }>('/projects')
  const { path, id } = projects[0]!
  const root = join(scene.dataDir, 'worktrees', id)
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const listed = git(path, 'worktree', 'list', '--porcelain').split('\n')
  const known = listed.filter((line) => line.startsWith(`worktree ${root}`)).map((line) => line.slice('worktree '.length))
  const { worktrees } = await host.get<{ worktrees: Worktree[] }>('/worktrees')
  const owned = await Promise.all(runIds.map(async (runId) => (await host.run(runId)).worktreeId))
  expect(folders.map(({ name }) => join(root, name)).sort()).toEqual(known.sort())
  expect(
    worktrees
      .filter(({ main }) => !main)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(folders.map(({ name }) => name).sort())
  expect(
    worktrees
      .filter(({ main }) => !main)
      .map((worktree) => worktree.id)
      .sort(),
  ).toEqual(owned.sort())
  expect(git(path, 'branch', '--list', 'task-*', '--format=%(refname:short)').split('\n').sort()).toEqual(
    folders.map(({ name }) => name).sort(),
  )
}

async function dieEverywhere(
  points: readonly Point[],
  request: (project: Project, index: number) => CreateRun,
): Promise<{ scene: Scene; host: Host; ids: string[] }> {
  const scene = await openScene()
  scene.prompts['Write the file.'] = {
    steps: [{ tools: [{ name: 'write', args: { filePath: 'a.txt', content: 'a\n' } }] }, { text: 'Written.' }],
  }
  const requests: CreateRun[] = []
  for (const [index, point] of points.entries()) {
    const dead = await dieAt(scene, point, (project) => {
      requests[index] = { ...request(project, index), idempotencyKey: `key-${index}` }
      return requests[index]
    })
    await untilNothingIsLeft(dead)
  }
  const host = await scene.start()
  const runs = await Promise.all(requests.map((again) => host.create(again)))
  expect((await host.get<{ runs: unknown[] }>('/runs')).runs).toHaveLength(points.length)
  for (const [index, { id }] of runs.entries()) await expectOneSuccess(host, id, `${points[index]![0]} ${points[index]![1]}`)
  const ids = runs.map(({ id }) => id)
  await expectNoStrayWorktrees(scene, host, ids)
  return { scene, host, ids }
}

it('a run of a command succeeds once, whichever of its steps its host dies at', async () => {
  const { host, ids } = await dieEverywhere(
    COMMAND_POINTS,
    (project): CreateRun => ({
      steps: [{ op: 'shell', params: { command: 'echo x >> tries.txt' } }],
      projectId: project.id,
    }),
  )
  const { worktrees } = await host.get<{ worktrees: Worktree[] }>('/worktrees')
  for (const [index, id] of ids.entries()) {
    const { path } = worktrees.find(({ runId }) => runId === id)!
    const tries = readFileSync(join(path, 'tries.txt'), 'utf8').trim().split('\n').length
    // Only a command whose end could not be stored is run again.
    expect(tries).toBeLessThanOrEqual(
      index === COMMAND_POINTS.findIndex(([when, point]) => when === 'before' && point === STEP_ENDED) ? 2 : 1,
    )
  }
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
})

it('a run of an agent succeeds once and hears its prompt once, whichever of its steps its host dies at', async () => {
  const { scene, host, ids } = await dieEverywhere(
    AGENT_POINTS,
    (project, index): CreateRun => ({
      steps: [
        { op: 'agent', params: { prompt: `Write the file. This is number ${index}.`, policy: 'allow-all', model: 'fake/fake' } },
        { op: 'shell', params: { command: 'test -e a.txt' } },
      ],
      projectId: project.id,
    }),
  )
  for (const [index] of ids.entries()) {
    const prompt = `This is number ${index}.`
    const asked = scene.model.requests.filter(({ body }) => JSON.stringify(body.messages).includes(prompt) && body.tools?.length)
    const told = asked.at(-1)!.body.messages.filter(({ role, content }) => role === 'user' && JSON.stringify(content).includes(prompt))
    expect(told, String(AGENT_POINTS[index])).toHaveLength(1)
  }
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
}, 180_000)
