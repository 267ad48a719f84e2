import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Run, RunSummary } from '../../../src/shared/models/index.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { openHost, type TestHost } from './host.ts'

failOnLeftovers()

let host: TestHost
beforeAll(async () => {
  host = await openHost()
})
afterAll(() => host.close())

const STUBBORN = 'trap "" TERM; touch up; while :; do sleep 0.1; done'
/** A run whose command is under way and heeds SIGKILL alone. */
async function underWay(): Promise<string> {
  const { body } = await host.post('/runs.create', { steps: [{ op: 'shell', params: { command: STUBBORN } }] })
  const id = body.id as string
  await vi.waitFor(() => expect(existsSync(join(host.core.dataDir, 'scratch', id, 'up'))).toBe(true), { timeout: 20_000 })
  return id
}
const kills = async (...targets: string[]): Promise<Run[]> => {
  const runs = (await host.get('/runs?limit=500')).body.runs as unknown as RunSummary[]
  const all = await Promise.all(runs.filter(({ op }) => op === 'kill').map(({ id }) => host.core.runs.get(id)))
  return all.filter(({ target }) => target !== null && targets.includes(target))
}

it('of many kills at once one acts; the others are refused, and nothing is kept of them', async () => {
  const target = await underWay()
  const answers = await Promise.all(Array.from({ length: 5 }, () => host.post('/dispatch', { op: 'kill', targets: [target] })))
  expect(answers.map(({ status, body }) => [status, body.code]).sort()).toEqual([
    [200, undefined],
    ...Array.from({ length: 4 }, () => [409, 'CONFLICT']),
  ])
  expect((await kills(target)).map(({ status }) => status)).toEqual(['succeeded'])
  expect(await host.ended(target)).toMatchObject({ status: 'cancelled', outcome: 'killed', attempt: 1 })
})

it('of two kills of the same runs at once each run is killed once, and what came too late says so', async () => {
  const [one, two] = [await underWay(), await underWay()]
  const answers = await Promise.all([
    host.post('/dispatch', { op: 'kill', targets: [one, two] }),
    host.post('/dispatch', { op: 'kill', targets: [two, one] }),
  ])
  const kept = await kills(one, two)
  for (const target of [one, two]) {
    expect(kept.filter((run) => run.target === target && run.status === 'succeeded')).toHaveLength(1)
    expect(await host.ended(target)).toMatchObject({ status: 'cancelled', outcome: 'killed', attempt: 1 })
  }
  // A dispatch that has acted on one of its targets keeps what it could not do on the other.
  for (const { status, body } of answers) {
    if (status === 200)
      expect(body.runs!.every((run) => kept.some(({ id, status: stored }) => id === run.id && stored === run.status))).toBe(true)
    else expect([status, body.code]).toEqual([409, 'CONFLICT'])
  }
  for (const run of kept) if (run.status === 'failed') expect(run.error).toMatchObject({ code: 'CONFLICT' })
})
