import { expect, it } from 'vitest'
import { opencodeConfig, startScriptedModel } from '../../src/main/demo/scripted-model.ts'
import type { Operation } from '../../src/shared/models/index.ts'
import { failOnLeftovers } from '../support/temp.ts'
import { openScene } from './scene.ts'

failOnLeftovers()

/** Each in a way of its own, for ever. The header keeps OpenCode from waiting longer and longer, where there is one. */
const DEAD = {
  'Nobody answers.': { steps: [{ hang: 'headers' as const }] },
  'It falls silent.': { steps: [{ text: 'a few words', chunks: 10, hangAfter: 3 }] },
  'The line drops.': { steps: [{ text: 'a few words', chunks: 10, dropAfter: 3 }] },
  'It is broken.': { steps: [{ status: 500, message: 'broken', headers: { 'retry-after-ms': '20' } }] },
  'It is overloaded.': { steps: [{ status: 429, message: 'overloaded', headers: { 'retry-after-ms': '20' } }] },
}

/** OpenCode tries six times, with pauses of 2 to 30 seconds. */
const SIX_TRIES_MS = 110_000

it(
  'a dead provider fails its runs with a sentence, however it is dead, and Retry succeeds once it is back',
  async () => {
    const scene = await openScene()
    // A port where nobody listens.
    const gone = await startScriptedModel()
    const port = Number(new URL(gone.origin).port)
    await gone.close()
    const options = { baseURL: gone.url, apiKey: 'x' }
    const models = { fake: { limit: { context: 100_000, output: 10_000 } } }
    const { provider } = opencodeConfig(scene.model.url) as { provider: object }
    const host = await scene.start({
      settings: { limits: { global: 8, project: 8, provider: 8 }, opencode: { providerTimeoutMs: 1_000 } },
      config: {
        enabled_providers: ['fake', 'gone'],
        provider: { ...provider, gone: { npm: '@ai-sdk/openai-compatible', options, models } },
      },
    })
    await host.post('/lanes.update', { lane: 'A', limit: 8 })
    const project = await scene.project(host)
    Object.assign(scene.prompts, DEAD)
    const create = (prompt: string, model: string) => host.create({ prompt, model, projectId: project.id, policy: 'allow-all' })
    const runs = await Promise.all([
      ...Object.keys(DEAD).map((prompt) => create(prompt, 'fake/fake')),
      create('Nobody is there.', 'gone/fake'),
    ])

    for (const { id, title } of runs) {
      const failed = await host.until(id, ['succeeded', 'failed'], SIX_TRIES_MS)
      expect(failed, title).toMatchObject({ status: 'failed', outcome: 'error', attention: null })
      expect(failed.error, title).toMatchObject({
        code: 'PROVIDER_ERROR',
        retryable: true,
        message: expect.stringMatching(/^The provider “(fake|gone)” answered/),
      })
    }
    const { operations } = await host.get<{ operations: Operation[] }>('/operations')
    expect(
      operations
        .filter(({ state, canRetry }) => state === 'failed' && canRetry)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(runs.map(({ id }) => id).sort())

    for (const prompt of Object.keys(DEAD)) scene.prompts[prompt] = { steps: [{ text: 'Back again.' }] }
    const back = await startScriptedModel({ port })
    for (const { id } of runs) await host.post('/runs.retry', { runId: id })
    for (const { id, title } of runs)
      expect(await host.until(id, 'succeeded', 'failed'), title).toMatchObject({ status: 'succeeded', attempt: 2, error: null })
    await back.close()
    expect(await host.signal('SIGTERM')).toMatchObject({ code: 0 })
  },
  2 * SIX_TRIES_MS,
)
