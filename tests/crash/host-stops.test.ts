import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findMarked } from '../../src/main/platform/index.ts'
import { openSqliteStore } from '../../src/main/store/sqlite/index.ts'
import type { Run, RunAttempt } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { openScene, type Scene, until, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

/** What a stopped host has left of a run. */
async function readRun({ dataDir }: Scene, id: string): Promise<{ run: Run; attempts: RunAttempt[] }> {
  const store = await openSqliteStore({ file: join(dataDir, 'controlroom.sqlite') })
  try {
    return { run: (await store.get(id))!, attempts: await store.attempts(id) }
  } finally {
    await store.close()
  }
}

const PROMPT = 'Tell a very long story.'
const write = { tools: [{ name: 'write', args: { filePath: 'kept.txt', content: 'kept\n' } }] }

describe.each([
  ['SIGTERM', true],
  ['SIGINT', false],
] as const)('%s to a host with live runs', (signal, withAgent) => {
  it('hands them back uncounted, leaves nothing running, and the next start names them and goes on', async () => {
    const scene = await openScene()
    const first = await scene.start({ settings: { limits: { global: 3 } } })
    const project = await scene.project(first)
    scene.prompts[PROMPT] = { steps: [write, { text: 'a word ', chunks: 1_000, delayMs: 50 }] }
    const request = { prompt: PROMPT, projectId: project.id, policy: 'allow-all', model: 'fake/fake' } as const
    const agent = withAgent ? await first.create(request) : null
    // Deaf to SIGTERM the first time, and with a child in a session of its own.
    const command = `echo x >> tries; setsid sleep 300 & test $(wc -l < tries) -gt 1 || (trap '' TERM; sleep 301; sleep 302)`
    const shell = await first.create({ steps: [{ op: 'shell', params: { command } }], projectId: project.id })
    const asking = await first.create({
      steps: [
        { op: 'shell', params: { command: 'true' } },
        { op: 'shell', params: { command: 'test -e go || (touch go; sleep 303)' } },
      ],
    })
    const waiting = await first.create({ steps: [{ op: 'shell', params: { command: 'echo last' } }] })
    if (agent) await until(() => scene.model.requests.some(({ step, outcome }) => step === 1 && outcome === 'open'))
    await until(() => findMarked({ name: 'RUN_ID', value: shell.id }).length >= 3)
    await until(async () => (await first.run(asking.id)).steps[1]!.status === 'running')
    const live = [...(agent ? [agent.id] : []), shell.id, asking.id]
    const before = agent && (await first.run(agent.id))

    expect(await first.signal(signal)).toMatchObject({ code: 0 })
    // It says so when its time was over before everything had stopped.
    expect(first.lines).toEqual([expect.stringContaining('listening on')])

    await untilNothingIsLeft(first.instanceId, 1_000)
    expect(['instance.json', 'host.lock'].filter((name) => existsSync(join(scene.dataDir, name)))).toEqual([])
    for (const id of live) {
      const { run, attempts } = await readRun(scene, id)
      expect(run).toMatchObject({ status: 'queued', attempt: 0, lost: 0, attention: null })
      expect(run.steps.map(({ status }) => status)).not.toContain('running')
      expect(attempts.map(({ outcome }) => outcome)).toEqual(['interrupted'])
    }

    scene.prompts[PROMPT] = { steps: [write, { text: 'The end.' }] }
    const second = await scene.start()
    for (const id of [...live, waiting.id]) {
      expect(await second.until(id, 'succeeded', 'failed')).toMatchObject({ status: 'succeeded', attempt: 1, lost: 0, error: null })
    }
    expect([...(await second.status()).interrupted].sort()).toEqual([...live].sort())
    if (before) {
      expect(await second.run(before.id)).toMatchObject({ sessionId: before.sessionId, worktreeId: before.worktreeId })
      const told = scene.model.requests.at(-1)!.body.messages.filter(({ content }) => JSON.stringify(content).includes(PROMPT))
      expect(told).toHaveLength(1)
    }
    // The step that had succeeded was not done again.
    expect((await second.events(asking.id)).filter(({ kind, message }) => kind === 'run' && message === 'Succeeded.')).toHaveLength(1)
    expect(await second.signal(signal)).toMatchObject({ code: 0 })
    await untilNothingIsLeft(second.instanceId, 1_000)
  })
})
