import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Scenario } from '../../src/main/demo/scripted-model.ts'
import { findMarked } from '../../src/main/platform/index.ts'
import type { CreateRun } from '../../src/shared/contract/runs.ts'
import type { Run, RunEvent, Worktree } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { childrenOf, type Host, isAlive, openScene, processIdentity, type Scene, until, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

const SETTINGS = { limits: { global: 8, project: 8, provider: 8 } }
const write = (filePath: string) => ({ tools: [{ name: 'write', args: { filePath, content: 'kept\n' } }] })

const ask = { tools: [{ name: 'bash', args: { command: 'echo asked', description: 'ask' } }] }

/** What agents are in the middle of when their host dies. */
const TASKS = {
  streaming: { steps: [write('before.txt'), { text: 'a word ', chunks: 1_000, delayMs: 50 }] },
  bash: {
    steps: [
      write('before.txt'),
      {
        tools: [{ name: 'bash', args: { command: 'test -e once || { touch once; setsid sleep 300 & sleep 301; }', description: 'wait' } }],
      },
      { text: 'done' },
    ],
  },
  permission: { steps: [ask, write('asked.txt'), { text: 'done' }] },
  retrying: {
    steps: [
      write('before.txt'),
      { status: 503, message: 'overloaded', times: 1, headers: { 'retry-after-ms': '90000' }, text: 'recovered' },
    ],
  },
} satisfies Record<string, Scenario>
type Task = keyof typeof TASKS
const PROMPT: Record<Task, string> = {
  streaming: 'Tell a very long story.',
  bash: 'Run a long command.',
  permission: 'Ask before you run anything.',
  retrying: 'Use a provider that is overloaded.',
}

/** Left alone, it would sleep for minutes the first time, and leave a process with a session of its own. */
const COMMAND = 'echo once more >> tries.txt; setsid sleep 302 & [ $(wc -l < tries.txt) -gt 1 ] || sleep 303'

/** Ids of runs by what they do. */
type Ids = Readonly<Partial<Record<Task, string>> & { shell: string }>

/** Starts an agent for each task, and a command. */
async function startAll(scene: Scene, host: Host, tasks: readonly Task[]): Promise<Ids> {
  const project = await scene.project(host)
  const ids: Partial<Record<Task, string>> = {}
  for (const task of tasks) {
    scene.prompts[PROMPT[task]] = TASKS[task]
    const policy = task === 'permission' ? 'allow-edits' : 'allow-all'
    ids[task] = (await host.create({ title: task, prompt: PROMPT[task], projectId: project.id, policy, model: 'fake/fake' })).id
  }
  const shell = {
    title: 'shell',
    steps: [{ op: 'shell', params: { command: COMMAND } }],
    projectId: project.id,
    lane: 'B',
  } satisfies CreateRun
  return { ...ids, shell: (await host.create(shell)).id }
}

/** Resolves when each run is in the middle of its own thing. */
async function untilInTheMiddle(host: Host, model: Scene['model'], ids: Ids): Promise<void> {
  const sleeping = (runId: string): number => findMarked({ name: 'RUN_ID', value: runId }).length
  const { streaming, bash, permission, retrying, shell } = ids
  if (streaming)
    await until(() =>
      model.requests.some(({ scenario, step, outcome }) => scenario === PROMPT.streaming && step === 1 && outcome === 'open'),
    )
  if (bash) await until(() => sleeping(bash) >= 2)
  if (permission) await until(async () => (await host.run(permission)).attention === 'permission')
  if (retrying) await until(async () => (await host.events(retrying)).some(({ kind }) => kind === 'provider.retry'))
  await until(() => sleeping(shell) >= 2)
}

/** Waits until the second attempt asks as well, and allows it. */
async function allowAgain(host: Host, runId: string): Promise<void> {
  await until(async () => {
    const { attempt, attention } = await host.run(runId)
    return attempt === 2 && attention === 'permission'
  })
  const asked = (await host.events(runId)).findLast(({ kind }) => kind === 'permission')
  const { requestId } = asked!.data as { requestId: string }
  await host.post('/permissions.reply', { runId, requestId, reply: 'once' })
}

const count = (texts: readonly string[], part: string): number => texts.filter((text) => text.includes(part)).length

/** What the model was told by the person, in the last request about a prompt. */
function lastConversation({ model }: Scene, prompt: string): string[] {
  const request = model.requests.findLast(({ scenario }) => scenario === prompt)!
  return request.body.messages.filter(({ role }) => role === 'user').map(({ content }) => JSON.stringify(content))
}

async function expectRecovered(scene: Scene, host: Host, before: Record<string, Run>, diedAt: number): Promise<void> {
  const { worktrees } = await host.get<{ worktrees: Worktree[] }>('/worktrees')
  for (const [task, { id, worktreeId, sessionId }] of Object.entries(before)) {
    const [run, attempts, events] = [await host.run(id), await host.attempts(id), await host.events(id)]
    expect(run, task).toMatchObject({ status: 'succeeded', attempt: 2, lost: 1, worktreeId, sessionId, error: null })
    expect(
      attempts.map(({ outcome }) => outcome),
      task,
    ).toEqual(['lease_lost', 'success'])
    // Not when the lease was over, but at the start.
    expect(attempts[0]!.endedAt, task).toBeLessThan(attempts[0]!.leaseUntil)
    expect(attempts[0]!.endedAt, task).toBeGreaterThanOrEqual(diedAt)
    expectWhole(events)
    const { path } = worktrees.find((worktree) => worktree.runId === id)!
    if (task === 'shell') expect(readFileSync(join(path, 'tries.txt'), 'utf8').trim().split('\n')).toHaveLength(2)
    else {
      expect(existsSync(join(path, task === 'permission' ? 'asked.txt' : 'before.txt')), task).toBe(true)
      expect(count(lastConversation(scene, PROMPT[task as Task]), PROMPT[task as Task]), task).toBe(1)
      expect(
        events.filter(({ kind, data }) => kind === 'prompt' && JSON.stringify(data).includes(PROMPT[task as Task])),
        task,
      ).toHaveLength(1)
    }
  }
}

/** Numbered from 1 without gaps, and the story of one run: it ended once. */
function expectWhole(events: readonly RunEvent[]): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  expect(events.filter(({ kind, message }) => kind === 'run' && message === 'Succeeded.')).toHaveLength(1)
}

describe.each<[string, boolean, readonly Task[]]>([
  ['its watchdog cleans up', false, ['streaming', 'bash', 'permission', 'retrying']],
  ['and its watchdog with it: the next start cleans up', true, ['bash']],
])('a host is killed in the middle of its runs, %s', (_, watchdog, tasks) => {
  it('loses none of them, and each goes on where it was', async () => {
    const scene = await openScene()
    const first = await scene.start({ settings: SETTINGS })
    const ids = await startAll(scene, first, tasks)
    await untilInTheMiddle(first, scene.model, ids)
    const before = Object.fromEntries(
      await Promise.all(Object.entries(ids).map(async ([task, id]) => [task, await first.run(id)] as const)),
    )
    const opencode = processIdentity((await first.status()).opencode.pid!)!

    const diedAt = Date.now()
    await first.kill({ watchdog })
    if (watchdog) expect(childrenOf(first.instanceId).length).toBeGreaterThan(0)
    else await untilNothingIsLeft(first.instanceId)
    // What took minutes takes a moment from now on.
    scene.prompts[PROMPT.streaming] = { steps: [write('before.txt'), { text: 'The end.' }] }
    const second = await scene.start({ settings: SETTINGS })

    if (ids.permission) await allowAgain(second, ids.permission)
    for (const id of Object.values(ids)) await second.until(id, 'succeeded', 'failed', 'cancelled')
    expect([...(await second.status()).interrupted].sort()).toEqual(Object.values(ids).sort())
    await expectRecovered(scene, second, before, diedAt)
    await untilNothingIsLeft(first.instanceId)
    expect(isAlive(opencode)).toBe(false)
    expect(
      (await second.get<{ operations: { id: string; state: string }[] }>('/operations')).operations.filter(
        ({ state }) => state !== 'completed',
      ),
    ).toEqual([])

    expect(await second.signal('SIGTERM')).toMatchObject({ code: 0 })
    await untilNothingIsLeft(second.instanceId)
  }, 180_000)
})
