import fc from 'fast-check'
import { expect } from 'vitest'
import type { RunStore } from '../../src/main/runs/store-port.ts'
import type { LaneName, Lease, Outcome, RunStatus } from '../../src/shared/models/index.ts'
import { aRun, claimOf, endingOf, T } from './store-suite/harness.ts'

/** A queue as one would write it on paper: a list, sorted when needed. It shares no code with the store or its decisions. */
interface ModelRun {
  readonly id: string
  readonly lane: LaneName
  readonly project: string | null
  readonly provider: string | null
  readonly priority: number
  readonly maxLost: number
  status: RunStatus
  outcome: Outcome | null
  runAt: number
  attempt: number
  maxAttempts: number
  lost: number
}
interface Held {
  readonly run: ModelRun
  readonly lease: Lease
  readonly instance: string
  until: number
  /** `completed` may be said again; `stale` is refused. */
  state: 'live' | 'completed' | 'stale'
}
interface Model {
  now: number
  readonly runs: ModelRun[]
  readonly held: Held[]
  readonly lanes: Record<'A' | 'B', { limit: number; paused: boolean }>
}
type Real = Pick<RunStore, Exclude<keyof RunStore, 'subscribe' | 'close'>>
type Command = fc.AsyncCommand<Model, Real>

const LIMITS = { global: 4, project: 2, provider: 2, projects: { p1: 1 } }
const LIVE: readonly RunStatus[] = ['running', 'cancelling']
const ENDED: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled']
const isLive = (run: ModelRun): boolean => LIVE.includes(run.status)

export const createModel = (): Model => ({
  now: T,
  runs: [],
  held: [],
  lanes: { A: { limit: 3, paused: false }, B: { limit: 1, paused: false } },
})

const hasRoom = (model: Model, run: ModelRun): boolean => {
  const live = model.runs.filter(isLive)
  const lane = model.lanes[run.lane as 'A' | 'B']
  const projectLimit = run.project === 'p1' ? 1 : LIMITS.project
  return (
    !lane.paused &&
    live.length < LIMITS.global &&
    live.filter((other) => other.lane === run.lane).length < lane.limit &&
    (run.project === null || live.filter((other) => other.project === run.project).length < projectLimit) &&
    (run.provider === null || live.filter((other) => other.provider === run.provider).length < LIMITS.provider)
  )
}

const end = (run: ModelRun, status: RunStatus, outcome: Outcome): void => {
  run.status = status
  run.outcome = outcome
}

const lose = (run: ModelRun): void => {
  if (run.status === 'cancelling') end(run, 'cancelled', 'cancelled')
  else {
    run.lost += 1
    if (run.lost > run.maxLost) end(run, 'failed', 'lease_lost')
    else run.status = 'queued'
  }
}

const finish = (run: ModelRun, outcome: Outcome, retryable: boolean, now: number): void => {
  const tries = run.attempt - run.lost
  const mayRetry = ['error', 'timed_out', 'post_check_failed'].includes(outcome) && retryable && tries < run.maxAttempts
  if (outcome === 'success') end(run, 'succeeded', outcome)
  else if (outcome === 'cancelled' || outcome === 'killed') end(run, 'cancelled', outcome)
  else if (outcome === 'lease_lost') lose(run)
  else if (run.status === 'cancelling') end(run, 'cancelled', 'cancelled')
  else if (!mayRetry) end(run, 'failed', outcome)
  else {
    run.status = 'scheduled'
    run.runAt = now + 1_000 * 2 ** (tries - 1)
  }
}

/** Compares everything the model knows with everything the store says. */
const compare = async (model: Model, real: Real): Promise<void> => {
  const { runs } = await real.list({ limit: 500 })
  const pick = (run: Omit<ModelRun, 'project' | 'provider'>) => [
    run.id,
    run.lane,
    run.status,
    run.outcome,
    run.runAt,
    run.attempt,
    run.maxAttempts,
    run.lost,
  ]
  expect(runs.map(pick).sort()).toEqual(model.runs.map(pick).sort())
  for (const lane of await real.lanes()) {
    const own = model.runs.filter((run) => run.lane === lane.name)
    expect([lane.name, lane.queued, lane.running]).toEqual([
      lane.name,
      own.filter((run) => run.status === 'queued').length,
      own.filter(isLive).length,
    ])
  }
}

/** No gap in the log, one open attempt while live and none otherwise, an end exactly when ended. */
export const checkInvariants = async (model: Model, real: Real): Promise<void> => {
  for (const known of model.runs) {
    const run = (await real.get(known.id))!
    const events = await real.events(run.id, 0, 1_000)
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
    const open = (await real.attempts(run.id)).filter((attempt) => attempt.endedAt === null)
    expect(open).toHaveLength(isLive(known) ? 1 : 0)
    expect(run.endedAt !== null).toBe(ENDED.includes(run.status))
    expect(run.progress === 1).toBe(run.status === 'succeeded')
    expect(run.error !== null).toBe(run.status === 'failed')
    if (!isLive(known)) expect(run.steps.some((step) => step.status === 'running')).toBe(false)
  }
}

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, real) => {
    await run(model, real)
    await compare(model, real)
  },
  toString: () => name,
})
const refused = (promise: Promise<unknown>, code: string): Promise<void> => expect(promise).rejects.toMatchObject({ code })
const nth = <V>(list: readonly V[], n: number): V | undefined => list[n % Math.max(1, list.length)]
const live = (model: Model, run: ModelRun): Held | undefined => model.held.find((held) => held.run === run && held.state === 'live')

const lane = fc.constantFrom('A' as const, 'B' as const)
const index = fc.nat({ max: 30 })

const enqueue = fc
  .record({
    lane,
    priority: fc.integer({ min: 0, max: 2 }),
    project: fc.constantFrom(null, 'p1', 'p2'),
    provider: fc.constantFrom(null, 'x'),
    delay: fc.constantFrom(-5, 0, 0, 3_000),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    maxLost: fc.integer({ min: 0, max: 2 }),
  })
  .map((spec) =>
    command(`enqueue ${JSON.stringify(spec)}`, async (model, real) => {
      const { delay, project, ...rest } = spec
      const run = aRun({ ...rest, projectId: project, runAt: model.now + delay })
      await real.enqueue(run, model.now)
      const status = delay > 0 ? 'scheduled' : 'queued'
      model.runs.push({ ...rest, id: run.id, project, status, outcome: null, runAt: run.runAt, attempt: 0, lost: 0 })
    }),
  )

const claim = fc
  .record({
    lanes: fc.subarray(['A', 'B'] as const, { minLength: 1 }),
    limit: fc.integer({ min: 1, max: 4 }),
    instance: fc.constantFrom('i1', 'i2'),
  })
  .map((spec) =>
    command(`claim ${JSON.stringify(spec)}`, async (model, real) => {
      for (const run of model.runs) if (run.status === 'scheduled' && run.runAt <= model.now) run.status = 'queued'
      const line = model.runs
        .filter((run) => run.status === 'queued' && spec.lanes.includes(run.lane as 'A'))
        .sort((a, b) => a.priority - b.priority || a.runAt - b.runAt || (a.id < b.id ? -1 : 1))
      const expected: string[] = []
      for (const run of line) {
        if (expected.length === spec.limit || !hasRoom(model, run)) continue
        run.status = 'running'
        run.attempt += 1
        expected.push(run.id)
      }
      const claimed = await real.claim(
        claimOf({ lanes: spec.lanes, limit: spec.limit, instanceId: spec.instance, limits: LIMITS, now: model.now, leaseMs: 10_000 }),
      )
      expect(claimed.map((run) => run.id)).toEqual(expected)
      for (const got of claimed) {
        const run = model.runs.find((known) => known.id === got.id)!
        expect(got.attempt).toBe(run.attempt)
        const lease = { runId: got.id, attemptId: got.attemptId, leaseToken: got.leaseToken }
        model.held.push({ run, lease, instance: spec.instance, until: model.now + 10_000, state: 'live' })
      }
    }),
  )

const withLease = (name: string, n: number, act: (held: Held, model: Model, real: Real) => Promise<void>): Command =>
  command(`${name} lease ${n}`, async (model, real) => {
    const held = nth(model.held, n)
    if (held) await act(held, model, real)
  })

const heartbeat = fc.record({ n: index, leaseMs: fc.constantFrom(1_000, 20_000) }).map(({ n, leaseMs }) =>
  withLease(`heartbeat ${leaseMs}`, n, async (held, model, real) => {
    const beat = real.heartbeat(held.lease, {}, leaseMs, model.now)
    if (held.state !== 'live') return refused(beat, 'LEASE_LOST')
    held.until = Math.max(held.until, model.now + leaseMs)
    expect(await beat).toEqual({ leaseUntil: held.until, cancelRequested: held.run.status === 'cancelling' })
  }),
)

const complete = fc
  .record({
    n: index,
    outcome: fc.constantFrom<Outcome>('success', 'error', 'error', 'timed_out', 'validation_failed', 'cancelled', 'killed', 'lease_lost'),
    retryable: fc.constantFrom(true, true, false),
  })
  .map(({ n, outcome, retryable }) =>
    withLease(`complete ${outcome}${retryable ? '' : ' for good'}`, n, async (held, model, real) => {
      const error = outcome === 'success' ? null : { code: 'X', message: 'x', retryable }
      const done = real.complete(held.lease, endingOf(outcome, { error, now: model.now }))
      if (held.state === 'stale') return refused(done, 'LEASE_LOST')
      await done
      if (held.state === 'live') finish(held.run, outcome, retryable, model.now)
      held.state = 'completed'
    }),
  )

const release = index.map((n) =>
  withLease('release', n, async (held, model, real) => {
    const back = real.release(held.lease, model.now)
    if (held.state !== 'live') return refused(back, 'LEASE_LOST')
    await back
    held.state = 'stale'
    if (held.run.status === 'cancelling') end(held.run, 'cancelled', 'cancelled')
    else {
      held.run.status = 'queued'
      held.run.attempt -= 1
    }
  }),
)

const write = index.map((n) =>
  withLease('write', n, async (held, model, real) => {
    const { lease, run } = held
    const writes = [
      () => real.updateRun(lease, { progress: 0.5, attention: 'question' }, model.now),
      () => real.updateStep(lease, 0, { status: 'running', startedAt: model.now }, model.now),
      () => real.appendEvents(run.id, lease, [{ at: model.now, kind: 'log', level: 'info', message: 'x', data: null, step: 0 }]),
    ]
    for (const each of writes) await (held.state === 'live' ? each() : refused(each(), 'LEASE_LOST'))
  }),
)

const sweep = fc.constantFrom(0, 5_000, 12_000).map((ms) =>
  command(`wait ${ms} and sweep`, async (model, real) => {
    model.now += ms
    const expired = model.held.filter((held) => held.state === 'live' && held.until <= model.now)
    const swept = await real.sweep(model.now, 0.5)
    expect(swept.map((run) => run.id).sort()).toEqual(expired.map((held) => held.run.id).sort())
    for (const held of expired) {
      held.state = 'stale'
      lose(held.run)
    }
  }),
)

const rescue = fc.constantFrom('i1', 'i2').map((instance) =>
  command(`rescue ${instance}`, async (model, real) => {
    const dead = model.held.filter((held) => held.state === 'live' && held.instance === instance)
    const rescued = await real.rescue([instance], model.now)
    expect(rescued.map((run) => run.id).sort()).toEqual(dead.map((held) => held.run.id).sort())
    for (const held of dead) {
      held.state = 'stale'
      lose(held.run)
    }
  }),
)

const cancel = index.map((n) =>
  command(`cancel run ${n}`, async (model, real) => {
    const run = nth(model.runs, n)
    if (!run) return
    const cancelled = real.cancel(run.id, null, model.now)
    if (ENDED.includes(run.status)) return refused(cancelled, 'CONFLICT')
    await cancelled
    if (live(model, run)) run.status = 'cancelling'
    else end(run, 'cancelled', 'cancelled')
  }),
)

const again = fc.record({ n: index, how: fc.constantFrom('retry' as const, 'resume' as const) }).map(({ n, how }) =>
  command(`${how} run ${n}`, async (model, real) => {
    const run = nth(model.runs, n)
    if (!run) return
    const call = how === 'retry' ? real.retry(run.id, null, model.now) : real.resume(run.id, { op: 'agent', params: {} }, model.now)
    const allowed = how === 'retry' ? ['failed', 'cancelled'] : ENDED
    if (!(allowed as readonly RunStatus[]).includes(run.status)) return refused(call, 'CONFLICT')
    await call
    Object.assign(run, {
      status: 'queued',
      outcome: null,
      lost: 0,
      maxAttempts: Math.max(run.maxAttempts, run.attempt + 1),
      runAt: model.now,
    })
  }),
)

const setLane = fc.record({ lane, limit: fc.integer({ min: 0, max: 3 }), paused: fc.constantFrom(true, false, false) }).map((spec) =>
  command(`lane ${JSON.stringify(spec)}`, async (model, real) => {
    await real.updateLane(spec.lane, { limit: spec.limit, paused: spec.paused })
    model.lanes[spec.lane] = { limit: spec.limit, paused: spec.paused }
  }),
)

/** Random histories of a queue; enqueue, claim and complete come up most. */
export const histories = fc.commands<Model, Real, false>(
  [
    enqueue,
    enqueue,
    enqueue,
    claim,
    claim,
    claim,
    complete,
    complete,
    heartbeat,
    write,
    release,
    sweep,
    sweep,
    rescue,
    cancel,
    again,
    setLane,
  ],
  { maxCommands: 80, size: 'max' },
)
