import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findMarked } from '../../../src/main/platform/index.ts'
import type { InboxItem, Run } from '../../../src/shared/models/index.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { openHost, type TestHost } from './host.ts'

failOnLeftovers()

let host: TestHost
beforeAll(async () => {
  host = await openHost()
})
afterAll(() => host.close())

const shell = async (command: string, more: object = {}): Promise<string> => {
  const { body } = await host.post('/runs.create', { steps: [{ op: 'shell', params: { command } }], ...more })
  return body.id as string
}
/** A run whose command is under way. */
const underWay = async (command = 'sleep 300'): Promise<string> => {
  const id = await shell(`touch up; ${command}`)
  await vi.waitFor(() => expect(existsSync(join(host.core.dataDir, 'scratch', id, 'up'))).toBe(true), { timeout: 20_000 })
  return id
}
const run = async (id: string): Promise<Run> => (await host.get(`/runs/${id}`)).body as unknown as Run
const countRuns = async (): Promise<number> => ((await host.get('/runs?limit=500')).body.runs as unknown[]).length
const inbox = (): InboxItem[] => host.core.live.snapshot().state.inbox

describe('a kill', () => {
  it('acts at once, and is kept as a run of its own that has ended', async () => {
    const target = await underWay()
    const { status, body } = await host.post('/dispatch', { op: 'kill', targets: [target], options: { signal: 'SIGTERM' } })
    expect([status, body.runs]).toEqual([200, [{ id: expect.any(String), op: 'kill', target, status: 'succeeded' }]])
    expect(await host.ended(target)).toMatchObject({ status: 'cancelled', outcome: 'killed', endedHow: 'term' })
    const kept = await run(body.runs![0]!.id)
    expect(kept).toMatchObject({ op: 'kill', status: 'succeeded', target, params: { target }, attempt: 0 })
    expect(kept.steps[0]?.result).toEqual({ target, asked: 'kill', signal: 'SIGTERM', reason: null, status: 'cancelling', attempt: 1 })
    expect(findMarked({ name: 'RUN_ID', value: target })).toEqual([])
  })

  it('is not queued behind other work, and works on many at once', async () => {
    const targets = [await underWay(), await underWay('trap "" TERM; while :; do sleep 0.1; done')]
    for (const lane of ['A', 'B', 'C', 'D']) await host.post('/lanes.update', { lane, paused: true })
    const { body } = await host.post('/dispatch', { op: 'kill', targets, options: { signal: 'SIGKILL', reason: 'too loud' } })
    expect(body.runs!.map(({ target, status }) => [target, status])).toEqual(targets.map((target) => [target, 'succeeded']))
    for (const target of targets) expect(await host.ended(target)).toMatchObject({ endedHow: 'kill', message: 'Killed: too loud' })
    for (const lane of ['A', 'B', 'C', 'D']) await host.post('/lanes.update', { lane, paused: false })
  })

  it('that is dispatched again with its key answers the first, though its target is gone', async () => {
    const target = await underWay()
    const request = { op: 'kill', targets: [target], idempotencyKey: 'kill-once' }
    const first = await host.post('/dispatch', request)
    await host.ended(target)
    expect((await host.post('/dispatch', request)).body.runs).toEqual(first.body.runs)
  })

  it('is refused for what does not run, is over, is not there or is being killed, and stores nothing', async () => {
    await host.post('/lanes.update', { lane: 'D', paused: true })
    const live = await underWay('trap "" TERM; while :; do sleep 0.1; done')
    const [queued, scheduled] = [await shell('true', { lane: 'D' }), await shell('true', { runAt: Date.now() + 600_000 })]
    const over = await shell('true')
    await host.ended(over)
    await host.post('/dispatch', { op: 'kill', targets: [live] })
    const before = [await countRuns(), await run(queued), await run(scheduled), await run(over)]
    const refused = async (...targets: string[]) => {
      const { status, body } = await host.post('/dispatch', { op: 'kill', targets })
      return [status, body.code, body.data?.field]
    }
    expect([
      await refused(queued),
      await refused(scheduled),
      await refused(over),
      await refused('01nosuchrun'),
      await refused(live),
    ]).toEqual([
      [409, 'CONFLICT', 'targets.0'],
      [409, 'CONFLICT', 'targets.0'],
      [409, 'CONFLICT', 'targets.0'],
      [404, 'NOT_FOUND', 'targets.0'],
      [409, 'CONFLICT', 'targets.0'],
    ])
    expect([await countRuns(), await run(queued), await run(scheduled), await run(over)]).toEqual(before)
    await host.ended(live)
    await host.post('/lanes.update', { lane: 'D', paused: false })
  })

  it('takes the signals it knows and none else', async () => {
    const { status, body } = await host.post('/dispatch', { op: 'kill', targets: ['01nosuchrun'], options: { signal: 'SIGSTOP' } })
    expect([status, body.code, body.data?.field]).toEqual([400, 'VALIDATION_FAILED', 'options.signal'])
  })
})

describe('a cancel', () => {
  it('ends what waits at once and has what is live stop', async () => {
    const waiting = await shell('true', { runAt: Date.now() + 600_000 })
    const live = await underWay()
    const { body } = await host.post('/dispatch', { op: 'cancel', targets: [waiting, live], options: { reason: 'changed my mind' } })
    expect(body.runs!.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    expect(await run(waiting)).toMatchObject({ status: 'cancelled', outcome: 'cancelled', message: 'Cancelled: changed my mind' })
    expect(await host.ended(live)).toMatchObject({ status: 'cancelled', outcome: 'cancelled', endedHow: 'term' })
  })
})

describe('a time limit that asks', () => {
  it('is in the inbox until it is answered by waiting longer', async () => {
    const timeouts = { warningMs: 100, hardMs: 300, onTimeout: 'ask' }
    const { body } = await host.post('/runs.create', { steps: [{ op: 'shell', params: { command: 'sleep 300' }, timeouts }] })
    const runId = body.id as string
    await vi.waitFor(() => expect(inbox()).toHaveLength(1), { timeout: 20_000 })
    expect(inbox()).toMatchObject([{ id: `timeout-${runId}`, runId, kind: 'timeout', questions: [] }])
    const waited = await host.post('/runs.wait', { runId, ms: 60_000 })
    expect([waited.status, waited.body]).toMatchObject([200, { attention: null, timeoutStatus: 'normal' }])
    await vi.waitFor(() => expect(inbox()).toEqual([]), { timeout: 5_000 })
    await host.post('/dispatch', { op: 'kill', targets: [runId] })
    await host.ended(runId)
    expect((await host.post('/runs.wait', { runId })).body.code).toBe('CONFLICT')
  })
})
