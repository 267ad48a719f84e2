import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCore } from '../../../src/main/core.ts'
import { openServer } from '../../../src/main/headless/server.ts'
import { silentLogger } from '../../../src/main/platform/index.ts'
import type { ClaimedRun, HostStatus, InboxItem, Run, RunAttempt } from '../../../src/shared/models/index.ts'
import { memorySettings } from '../../support/core.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { runWith } from '../../support/run-with.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

const OPERATOR = 'operator-token'
const WORKER = 'worker-token'
const STEP_MS = 500

/** A host that executes nothing itself, asked over HTTP, on a clock that is moved by hand. */
async function open() {
  const clock = createManualClock(Date.now())
  const folder = tempFolder('elsewhere')
  const core = await createCore({
    dataDir: join(folder, 'data'),
    host: 'headless',
    ports: { settings: memorySettings(), clock },
    logger: silentLogger,
    concurrency: 0,
  })
  const server = await openServer({
    host: '127.0.0.1',
    port: 0,
    tokens: { operator: OPERATOR, workers: [WORKER] },
    pageFolder: folder,
    logger: silentLogger,
  })
  server.serve(core)
  onTestFinished(async () => {
    await server.close()
    await runWith(clock, core.stop())
  })
  await runWith(clock, core.ready)

  const ask = async <T>(path: string, token: string, body?: unknown): Promise<{ status: number; body: T }> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(`${server.url}/api${path}`, init)
    return { status: response.status, body: (await response.json()) as T }
  }
  const get = async <T>(path: string) => (await ask<T>(path, OPERATOR)).body
  const run = (id: string) => get<Run>(`/runs/${id}`)
  return {
    core,
    clock,
    get,
    run,
    post: <T>(path: string, body: unknown) => ask<T>(path, OPERATOR, body),
    /** What the worker elsewhere says. */
    tell: <T>(path: string, body: unknown) => ask<T>(path, WORKER, body),
    /** Lets time go by until something holds. Returns how long that took, in milliseconds. */
    async pass(holds: () => Promise<boolean>, meanwhile: () => Promise<unknown> = async () => {}): Promise<number> {
      const from = clock.now()
      while (!(await holds())) {
        if (clock.now() - from > 120_000) throw new Error(`it never came to this: ${holds}`)
        await clock.advance(STEP_MS)
        // The store answers in its own time.
        await pause(10)
        await meanwhile()
      }
      return clock.now() - from
    },
    /** Queues a run of one step, and has the worker claim it. */
    async claimed(onTimeout: 'ask' | 'kill', more: object = {}): Promise<ClaimedRun> {
      const timeouts = { warningMs: 2_000, hardMs: 5_000, onTimeout }
      const { body } = await ask<Run>('/runs.create', OPERATOR, {
        steps: [{ op: 'shell', params: { command: 'make' }, timeouts }],
        ...more,
      })
      const { body: claim } = await ask<{ runs: ClaimedRun[] }>('/runs.claim', WORKER, { workerId: 'far-away', lanes: ['A'], limit: 1 })
      expect(claim.runs.map(({ id }) => id)).toEqual([body.id])
      return claim.runs[0]!
    },
  }
}
const leaseOf = ({ id, attemptId, leaseToken }: ClaimedRun) => ({ runId: id, attemptId, leaseToken })
interface Reply {
  leaseUntil: number
  cancelRequested: boolean
  kill: string | null
}

describe('a run that was claimed over HTTP and whose time is over', () => {
  it('is told to end by the answer to a heartbeat, and ends as timed out when its worker obeys', async () => {
    const { claimed, run, tell, pass, get } = await open()
    const claim = await claimed('kill')
    expect(claim.steps[0]).toMatchObject({ status: 'running', timeoutAt: claim.steps[0]!.startedAt! + 5_000 })
    expect((await tell<Reply>('/runs.heartbeat', leaseOf(claim))).body).toMatchObject({ cancelRequested: false, kill: null })
    await pass(async () => (await run(claim.id)).timeoutStatus === 'warning')
    const took = await pass(async () => (await run(claim.id)).status === 'cancelling')
    expect(took).toBeGreaterThan(2_000)
    expect(await run(claim.id)).toMatchObject({ cancelMode: 'timeout', timeoutStatus: 'timed_out', attention: null })
    expect((await tell<Reply>('/runs.heartbeat', leaseOf(claim))).body).toMatchObject({ cancelRequested: true, kill: 'SIGTERM' })

    const { status, body } = await tell<Run>('/runs.complete', { ...leaseOf(claim), status: 'cancelled', how: 'term' })
    expect([status, body]).toMatchObject([200, { status: 'failed', outcome: 'timed_out', endedHow: 'term', error: { code: 'TIMED_OUT' } }])
    const { attempts } = await get<{ attempts: RunAttempt[] }>(`/runs/${claim.id}/attempts`)
    expect(attempts).toMatchObject([{ outcome: 'timed_out', how: 'term', workerId: 'far-away' }])
  })

  it('is fenced when its worker goes on all the same: its lease is closed after the grace, and what it says then is refused', async () => {
    const { claimed, run, tell, pass } = await open()
    const claim = await claimed('kill')
    await pass(async () => (await run(claim.id)).status === 'cancelling')
    let beats = 0
    const goesOn = async (): Promise<void> => {
      if ((await tell('/runs.heartbeat', leaseOf(claim))).status === 200) beats += 1
    }
    const took = await pass(async () => (await run(claim.id)).status === 'failed', goesOn)
    expect(took).toBeGreaterThanOrEqual(29_000)
    expect(beats).toBeGreaterThan(20)
    expect(await run(claim.id)).toMatchObject({ outcome: 'timed_out', endedHow: 'fenced', cancelMode: null, attempt: 1, lost: 0 })
    const before = await run(claim.id)
    for (const [path, body] of [
      ['/runs.complete', { status: 'succeeded' }],
      ['/runs.heartbeat', {}],
      ['/runs.release', {}],
      ['/events.append', { events: [{ kind: 'log', message: 'late' }] }],
    ] as const) {
      const late = await tell<{ code: string }>(path, { ...leaseOf(claim), ...body })
      expect([path, late.status, late.body.code]).toEqual([path, 409, 'LEASE_LOST'])
    }
    expect(await run(claim.id)).toEqual(before)
  })

  it('asks a person when its policy is to ask, and gets more time or is killed', async () => {
    const { core, claimed, run, tell, post, pass } = await open()
    const claim = await claimed('ask')
    const inbox = (): InboxItem[] => core.live.snapshot().state.inbox.filter(({ kind }) => kind === 'timeout')
    await pass(async () => inbox().length === 1)
    expect(await run(claim.id)).toMatchObject({ status: 'running', attention: 'timeout', timeoutStatus: 'timed_out' })
    expect((await tell<Reply>('/runs.heartbeat', leaseOf(claim))).body).toMatchObject({ cancelRequested: false })
    expect((await post<Run>('/runs.wait', { runId: claim.id, ms: 5_000 })).body).toMatchObject({ attention: null, timeoutStatus: 'normal' })
    await pass(async () => inbox().length === 0)
    await pass(async () => inbox().length === 1)

    await post('/dispatch', { op: 'kill', targets: [claim.id], options: { signal: 'SIGINT' } })
    expect((await tell<Reply>('/runs.heartbeat', leaseOf(claim))).body).toMatchObject({ cancelRequested: true, kill: 'SIGINT' })
    await pass(async () => (await run(claim.id)).status === 'cancelled')
    expect(await run(claim.id)).toMatchObject({ outcome: 'killed', endedHow: 'fenced', cancelSignal: 'SIGINT', attention: null })
    expect((await tell<Run>('/runs.complete', { ...leaseOf(claim), status: 'succeeded' })).status).toBe(409)
  })

  it('uses up an attempt and is tried again by whoever claims it next, with a fresh clock', async () => {
    const { claimed, run, tell, pass } = await open()
    const claim = await claimed('kill', { maxAttempts: 2 })
    await pass(async () => (await run(claim.id)).status === 'cancelling')
    await pass(async () => (await run(claim.id)).status === 'scheduled')
    let next: ClaimedRun[] = []
    await pass(async () => {
      const { body } = await tell<{ runs: ClaimedRun[] }>('/runs.claim', { workerId: 'another', lanes: ['A'], limit: 1 })
      next = body.runs
      return next.length === 1
    })
    expect(next[0]).toMatchObject({
      id: claim.id,
      attempt: 2,
      timeoutStatus: 'normal',
      steps: [{ status: 'running', timeoutStatus: 'normal' }],
    })
    expect((await tell<Run>('/runs.complete', { ...leaseOf(claim), status: 'succeeded' })).status).toBe(409)
    expect((await tell<Run>('/runs.complete', { ...leaseOf(next[0]!), status: 'succeeded' })).body).toMatchObject({ status: 'succeeded' })
  })
})

/** The newest thread of a name: whoever is posted to is seen. */
function watchThread(name: string): () => Worker {
  const { postMessage } = Worker.prototype
  let last: Worker | undefined
  const see = function (this: Worker, ...args: unknown[]) {
    if (this.threadName === name) last = this
    return Reflect.apply(postMessage, this, args)
  }
  const spy = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(see)
  onTestFinished(() => spy.mockRestore())
  return () => last!
}

it('nothing is handed out over HTTP while a critical breaker is open or on trial, and the health says why nobody gets work', async () => {
  const newest = watchThread('heartbeats')
  const { core, clock, get, tell, post, pass } = await open()
  const { body: queued } = await post<Run>('/runs.create', { steps: [{ op: 'shell', params: { command: 'make' } }] })
  const claim = async () => (await tell<{ runs: ClaimedRun[] }>('/runs.claim', { workerId: 'far-away', lanes: ['A'], limit: 1 })).body.runs
  const heartbeats = async () => (await core.workers.list()).find(({ name }) => name === 'Heartbeats')!
  while ((await heartbeats()).state !== 'open') {
    await pass(async () => ['running', 'half_open'].includes((await heartbeats()).state))
    void newest().terminate()
    await pass(async () => !['running', 'starting'].includes((await heartbeats()).state))
  }
  expect(await claim()).toEqual([])
  expect(await get('/health')).toMatchObject({ ok: false, state: 'degraded' })
  expect((await get<HostStatus>('/status')).problem).toMatch(/Heartbeats crashed too often\. Reset it/)

  await clock.advance((await heartbeats()).nextTryAt! - clock.now())
  await pass(async () => (await heartbeats()).state === 'half_open')
  expect([await claim(), (await get<HostStatus>('/status')).state]).toEqual([[], 'degraded'])

  expect((await post('/workers.reset', { name: 'Heartbeats' })).status).toBe(200)
  expect(await get('/health')).toMatchObject({ ok: true, state: 'ready' })
  expect((await claim()).map(({ id }) => id)).toEqual([queued.id])
})

it.each(['store-reader', 'store-writer'])(
  'the health is told while the %s is away, and nobody gets work without the writer',
  async (name) => {
    const newest = watchThread(name)
    const { get, tell, post, pass } = await open()
    await post<Run>('/runs.create', { steps: [{ op: 'shell', params: { command: 'make' } }] })
    await newest().terminate()
    const claim = await tell<{ code?: string; runs?: unknown[] }>('/runs.claim', { workerId: 'far-away', lanes: ['A'], limit: 1 })
    if (name === 'store-writer') expect([claim.status, claim.body.code]).toEqual([503, 'STORE_UNAVAILABLE'])
    else expect(claim.body.runs).toHaveLength(1)
    expect(await get('/health')).toMatchObject({
      ok: false,
      state: 'degraded',
      lanes: [{ name: 'A' }, { name: 'B' }, { name: 'C' }, { name: 'D' }],
    })
    await pass(async () => (await get<{ ok: boolean }>('/health')).ok)
  },
)
