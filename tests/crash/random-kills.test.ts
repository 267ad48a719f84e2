import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Project } from '../../src/shared/models/index.ts'
import { git } from '../support/git.ts'
import { seed } from '../support/sequences.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { openScene, untilNothingIsLeft } from './scene.ts'

failOnLeftovers()

const ROUNDS = 6

/** Numbers from 0 to 1, the same for the same seed. */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

it(`hosts and OpenCode servers that die at random moments lose nothing and do nothing twice (seed ${seed})`, async () => {
  const random = randomFrom(seed)
  const scene = await openScene()
  const write = { tools: [{ name: 'write', args: { filePath: 'a.txt', content: 'a\n' } }] }
  const bash = { tools: [{ name: 'bash', args: { command: 'sleep 0.2; echo b >> b.txt', description: 'b' } }] }
  scene.prompts['Do the task'] = { steps: [write, bash, { text: 'a word ', chunks: 10, delayMs: 30 }] }
  const ids: string[] = []
  let project: Project | null = null
  for (let round = 0; round < ROUNDS; round++) {
    const host = await scene.start()
    project ??= await scene.project(host)
    // A run may lose its host three times.
    if (round % 3 === 0) for (const id of ids) await host.until(id, 'succeeded', 'failed')
    const prompt = `Do the task of round ${round}.`
    const steps = [
      { op: 'agent', params: { prompt, policy: 'allow-all', model: 'fake/fake' } },
      { op: 'shell', params: { command: 'echo c >> c.txt; sleep 0.2' } },
    ] as { op: string; params: Record<string, string> }[]
    ids.push((await host.create({ steps, projectId: project.id })).id)
    await pause(random() * 4_000)
    const how = random()
    if (how < 0.2) {
      expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
      await untilNothingIsLeft(host.instanceId, 1_000)
      continue
    }
    const { pid } = (await host.status()).opencode
    if (how < 0.4 && pid) process.kill(pid, 'SIGKILL')
    await host.kill({ watchdog: how > 0.7 })
  }

  const host = await scene.start()
  for (const [round, id] of ids.entries()) {
    const what = `round ${round}, seed ${seed}`
    expect(await host.until(id, 'succeeded', 'failed'), what).toMatchObject({ status: 'succeeded', error: null })
    const [attempts, events] = [await host.attempts(id), await host.events(id)]
    expect(
      attempts.filter(({ outcome }) => outcome === 'success'),
      what,
    ).toHaveLength(1)
    expect(
      events.map(({ seq }) => seq),
      what,
    ).toEqual(events.map((_, index) => index + 1))
    const words = `round ${round}.`
    const last = scene.model.requests.findLast(({ body }) => body.tools?.length && JSON.stringify(body.messages).includes(words))!
    expect(
      last.body.messages.filter(({ role, content }) => role === 'user' && JSON.stringify(content).includes(words)),
      what,
    ).toHaveLength(1)
  }
  expect(git(project!.path, 'worktree', 'list').split('\n')).toHaveLength(ids.length + 1)
  expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
}, 180_000)
