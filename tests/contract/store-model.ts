import fc from 'fast-check'
import { expect } from 'vitest'
import type { RunStore } from '../../src/main/runs/store-port.ts'
import type { Attention, LaneName, Lease, Outcome, RunStatus } from '../../src/shared/models/index.ts'
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
  attention: Attention | null
  /** Who asked it to end, while it is to. */
  mode: 'cancel' | 'kill' | 'timeout' | null
  /** When it is ended without its worker. */
  fenceAt: number | null
  target: Target | null
  timing: ModelTiming | null
}
/** The clock of the step that runs. */
interface ModelTiming {
  warning: number
  limit: number
  stoodSince: number | null
  phase: 'normal' | 'warning' | 'timed_out'
  readonly onTimeout: 'ask' | 'kill'
}
/** Whom a run waits for. */
interface Target {
  readonly workerId: string
  readonly deadline: number
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

/** How long a worker has to end what is to end. */
const FENCE_MS = 30_000
const LIMITS = { global: 4, project: 2, provider: 2, projects: { p1: 1 } }
const LIVE: readonly RunStatus[] = ['running', 'awaiting_reconnect', 'cancelling']
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
  settle(run)
}

/** Whatever ends an attempt ends what hung on it. */
const settle = (run: ModelRun): void => {
  run.attention = null
  run.mode = null
  run.fenceAt = null
  run.timing = null
}

/** What a run becomes that was asked to end. */
const stop = (run: ModelRun): void => end(run, 'cancelled', run.mode === 'kill' ? 'killed' : 'cancelled')

/** A worker was lost: what was to be killed because its time was over is over. */
const vanish = (run: ModelRun, now: number, random: number): void => {
  if (run.status === 'running' && run.timing?.phase === 'timed_out' && run.timing.onTimeout === 'kill')
    finish(run, 'timed_out', true, now, random)
  else lose(run, now, random)
}

const lose = (run: ModelRun, now: number, random: number): void => {
  if (run.mode === 'timeout') finish(run, 'timed_out', true, now, random)
  else if (run.status === 'cancelling') stop(run)
  else {
    run.lost += 1
    if (run.lost > run.maxLost) end(run, 'failed', 'lease_lost')
    else run.status = 'queued'
    settle(run)
  }
}

const finish = (run: ModelRun, said: Outcome, mayHelp: boolean, now: number, random = 1): void => {
  // Its time was over, whatever its worker calls it.
  const overdue = run.mode === 'timeout' && said !== 'success'
  const outcome = overdue ? 'timed_out' : said
  const retryable = mayHelp || (overdue && said !== 'timed_out')
  const tries = run.attempt - run.lost
  const mayRetry = ['error', 'timed_out', 'post_check_failed'].includes(outcome) && retryable && tries < run.maxAttempts
  if (outcome === 'success') end(run, 'succeeded', outcome)
  else if (outcome === 'cancelled' || outcome === 'killed') end(run, 'cancelled', run.mode === 'kill' ? 'killed' : outcome)
  else if (outcome === 'lease_lost') lose(run, now, random)
  else if (run.status === 'cancelling' && !overdue) stop(run)
  else if (!mayRetry) end(run, 'failed', outcome)
  else {
    run.status = 'scheduled'
    run.runAt = now + Math.round(1_000 * 2 ** (tries - 1) * (0.5 + 0.5 * random))
    settle(run)
  }
}

/** Compares everything the model knows with everything the store says. */
const compare = async (model: Model, real: Real): Promise<void> => {
  const { runs } = await real.list({ limit: 500 })
  const pick = (run: Omit<ModelRun, 'project' | 'provider' | 'mode' | 'fenceAt' | 'target' | 'timing'>) => [
    run.id,
    run.lane,
    run.status,
    run.outcome,
    run.runAt,
    run.attempt,
    run.maxAttempts,
    run.lost,
    run.attention,
  ]
  expect(runs.map(pick).sort()).toEqual(model.runs.map(pick).sort())
  for (const run of runs) {
    const { mode, timing } = model.runs.find((known) => known.id === run.id)!
    const stood = timing?.stoodSince ?? null
    const moments = timing === null || stood !== null ? [null, null] : [timing.warning, timing.limit]
    expect([run.cancelMode, run.timeoutStatus, run.warningAt, run.timeoutAt, run.pausedAt]).toEqual([
      mode,
      timing?.phase ?? 'normal',
      ...moments,
      stood,
    ])
  }
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
/** One of those that are of interest, more often than any. */
const nthOf = (model: Model, n: number, test: (run: ModelRun) => boolean): ModelRun | undefined => {
  const fit = n % 4 === 0 ? [] : model.runs.filter(test)
  return nth(fit.length > 0 ? fit : model.runs, n)
}
const live = (model: Model, run: ModelRun): Held | undefined => model.held.find((held) => held.run === run && held.state === 'live')

const FRESH = { attention: null, mode: null, fenceAt: null, target: null, timing: null } as const
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
      model.runs.push({ ...rest, id: run.id, project, status, outcome: null, runAt: run.runAt, attempt: 0, lost: 0, ...FRESH })
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
    // Mostly one that is worth something, or most histories would be refusals.
    const held = nth(n % 4 === 0 ? model.held : model.held.filter(({ state }) => state === 'live'), n)
    if (held) await act(held, model, real)
  })

const heartbeat = fc.record({ n: index, leaseMs: fc.constantFrom(1_000, 20_000) }).map(({ n, leaseMs }) =>
  withLease(`heartbeat ${leaseMs}`, n, async (held, model, real) => {
    const beat = real.heartbeat(held.lease, {}, leaseMs, model.now)
    if (held.state !== 'live') return refused(beat, 'LEASE_LOST')
    held.until = Math.max(held.until, model.now + leaseMs)
    expect(await beat).toEqual({
      leaseUntil: held.until,
      cancelRequested: held.run.status === 'cancelling',
      kill: held.run.mode === 'kill' || held.run.mode === 'timeout' ? 'SIGTERM' : null,
    })
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
    if (held.run.mode === 'timeout') finish(held.run, 'timed_out', true, model.now, 0)
    else if (held.run.status === 'cancelling') stop(held.run)
    else {
      held.run.status = 'queued'
      held.run.attempt -= 1
      settle(held.run)
    }
  }),
)

const write = index.map((n) =>
  withLease('write', n, async (held, model, real) => {
    const { lease, run } = held
    const writes = [
      () => real.updateRun(lease, { progress: 0.5, message: 'x' }, model.now),
      () => real.appendEvents(run.id, lease, [{ at: model.now, kind: 'log', level: 'info', message: 'x', data: null, step: 0 }]),
    ]
    for (const each of writes) await (held.state === 'live' ? each() : refused(each(), 'LEASE_LOST'))
  }),
)

const begin = fc.record({ n: index, onTimeout: fc.constantFrom('ask' as const, 'kill' as const) }).map(({ n, onTimeout }) =>
  withLease(`begin a step, ${onTimeout}`, n, async (held, model, real) => {
    const [warning, limit] = [model.now + 2_000, model.now + 6_000]
    const times = { startedAt: model.now, warningAt: warning, timeoutAt: limit, timeoutStatus: 'normal', onTimeout } as const
    const step = real.updateStep(held.lease, 0, { status: 'running', ...times }, model.now)
    if (held.state !== 'live') return refused(step, 'LEASE_LOST')
    await step
    held.run.timing = { warning, limit, stoodSince: null, phase: 'normal', onTimeout }
    held.run.attention = null
  }),
)

const attend = fc.record({ n: index, wish: fc.constantFrom('question' as const, 'permission' as const, null, null) }).map(({ n, wish }) =>
  withLease(`attention ${wish}`, n, async ({ lease, run, state }, model, real) => {
    const told = real.updateRun(lease, { attention: wish }, model.now)
    if (state !== 'live') return refused(told, 'LEASE_LOST')
    await told
    const { timing } = run
    run.attention = wish ?? (timing?.phase === 'timed_out' && timing.onTimeout === 'ask' ? 'timeout' : null)
    if (!timing) return
    if (wish !== null) timing.stoodSince ??= model.now
    else if (timing.stoodSince !== null) {
      timing.warning += model.now - timing.stoodSince
      timing.limit += model.now - timing.stoodSince
      timing.stoodSince = null
    }
  }),
)

/** What the timeout checker does: asks who is due, and marks each. */
const look = fc.constantFrom(0, 2_000, 6_000).map((ms) =>
  command(`wait ${ms} and look at the clocks`, async (model, real) => {
    model.now += ms
    const due = model.runs.filter(({ status, timing }) => {
      if (status !== 'running' || timing === null || timing.stoodSince !== null) return false
      if (timing.phase === 'timed_out') return timing.onTimeout === 'kill' && timing.limit <= model.now
      return timing.limit <= model.now || (timing.phase === 'normal' && timing.warning <= model.now)
    })
    const told = await real.dueSteps(model.now)
    expect(told.map((step) => step.runId).sort()).toEqual(due.map((run) => run.id).sort())
    for (const step of told) {
      const status = step.timeoutAt <= model.now ? 'timed_out' : 'warning'
      const run = due.find((known) => known.id === step.runId)!
      const marked = await real.markStep(step.runId, step.index, step.attemptId, status, model.now)
      expect(marked).toBe(run.timing!.phase !== 'timed_out')
      run.timing!.phase = status
      if (status === 'timed_out' && run.timing!.onTimeout === 'ask') run.attention = 'timeout'
    }
  }),
)

const waitLonger = index.map((n) =>
  command(`wait longer for run ${n}`, async (model, real) => {
    const run = nth(model.runs, n)
    if (!run) return
    const call = real.waitLonger(run.id, 4_000, model.now)
    if (run.status !== 'running' || run.timing === null) return refused(call, 'CONFLICT')
    await call
    const from = run.timing.stoodSince ?? model.now
    Object.assign(run.timing, { phase: 'normal', warning: from + 2_000, limit: from + 4_000 })
    if (run.attention === 'timeout') run.attention = null
  }),
)

const BUILD = { version: '1', contentHash: 'a' }
const awaitTarget = fc.record({ n: index, workerId: fc.constantFrom('w1', 'w2') }).map(({ n, workerId }) =>
  withLease(`await ${workerId}`, n, async ({ lease, run, state }, model, real) => {
    const deadline = model.now + 8_000
    const wanted = { workerId, oldBuild: BUILD, expectedBuild: BUILD, oldInstanceId: 'old', oldStartedAt: 0, deadline, seenAt: null }
    const waiting = real.awaitReconnect(lease, wanted, model.now)
    if (state !== 'live') return refused(waiting, 'LEASE_LOST')
    if (run.status !== 'running') return refused(waiting, 'CONFLICT')
    await waiting
    run.status = 'awaiting_reconnect'
    run.attention = null
    run.target = { workerId, deadline }
  }),
)

/** Ends what waits for a target, and what holds its lease with it. */
const endAwaiting = (model: Model, run: ModelRun, status: RunStatus, outcome: Outcome): void => {
  live(model, run)!.state = 'stale'
  end(run, status, outcome)
}
const awaitingFor = (model: Model, test: (target: Target) => boolean): ModelRun[] =>
  model.runs.filter((run) => run.status === 'awaiting_reconnect' && test(run.target!))

const reconnect = fc.record({ workerId: fc.constantFrom('w1', 'w2'), same: fc.boolean() }).map(({ workerId, same }) =>
  command(`${workerId} comes back${same ? ' as the same' : ''}`, async (model, real) => {
    const waiting = awaitingFor(model, (target) => target.workerId === workerId)
    const returned = { instanceId: same ? 'old' : 'new', build: BUILD, startedAt: 1 }
    const ended = await real.reconnected(workerId, returned, model.now)
    if (waiting.length) expect(ended.map((run) => run.id).sort()).toEqual(waiting.map((run) => run.id).sort())
    for (const run of waiting) {
      if (run.target!.deadline < model.now) endAwaiting(model, run, 'failed', 'timed_out')
      else if (same) endAwaiting(model, run, 'failed', 'suspicious')
      else endAwaiting(model, run, 'succeeded', 'success')
    }
  }),
)

const silence = fc.constantFrom(0, 5_000, 9_000).map((ms) =>
  command(`wait ${ms} for whom nobody has seen`, async (model, real) => {
    model.now += ms
    const late = awaitingFor(model, (target) => target.deadline < model.now)
    expect((await real.reconnectsDue(model.now)).map((run) => run.id).sort()).toEqual(late.map((run) => run.id).sort())
    for (const run of late) endAwaiting(model, run, 'failed', 'timed_out')
  }),
)

const sweep = fc.constantFrom(0, 5_000, 12_000).map((ms) =>
  command(`wait ${ms} and sweep`, async (model, real) => {
    model.now += ms
    const expired = model.held.filter(
      (held) => held.state === 'live' && held.until <= model.now && held.run.status !== 'awaiting_reconnect',
    )
    const swept = await real.sweep(model.now, 0.5)
    expect(swept.map((run) => run.id).sort()).toEqual(expired.map((held) => held.run.id).sort())
    for (const held of expired) {
      held.state = 'stale'
      vanish(held.run, model.now, 0.5)
    }
  }),
)

const rescue = fc.constantFrom('i1', 'i2').map((instance) =>
  command(`rescue ${instance}`, async (model, real) => {
    const dead = model.held.filter(
      (held) => held.state === 'live' && held.instance === instance && held.run.status !== 'awaiting_reconnect',
    )
    const rescued = await real.rescue([instance], model.now)
    expect(rescued.map((run) => run.id).sort()).toEqual(dead.map((held) => held.run.id).sort())
    for (const held of dead) {
      held.state = 'stale'
      vanish(held.run, model.now, 0)
    }
  }),
)

/** Asks a run to end. @returns whether that is refused */
const ask = (model: Model, run: ModelRun, mode: 'cancel' | 'kill'): boolean => {
  if (ENDED.includes(run.status) || (mode === 'kill' && (!isLive(run) || run.mode === 'kill'))) return true
  if (run.status === 'awaiting_reconnect') endAwaiting(model, run, 'cancelled', mode === 'kill' ? 'killed' : 'cancelled')
  else if (!isLive(run)) end(run, 'cancelled', 'cancelled')
  else if (mode === 'kill' || run.mode === null || run.mode === 'timeout')
    Object.assign(run, { status: 'cancelling', mode, fenceAt: model.now + FENCE_MS })
  return false
}
const mode = fc.constantFrom('cancel' as const, 'kill' as const)
const cancel = fc.record({ n: index, mode }).map((spec) =>
  command(`${spec.mode} run ${spec.n}`, async (model, real) => {
    const run = nthOf(model, spec.n, isLive)
    if (!run) return
    const asked = real.cancel(run.id, { mode: spec.mode, reason: null }, model.now)
    if (ask(model, run, spec.mode)) await refused(asked, 'CONFLICT')
    else await asked
  }),
)

/** The same as a run of its own, which has ended with it. */
const control = fc.record({ n: index, mode, keepRefusal: fc.boolean() }).map((spec) =>
  command(`control run: ${JSON.stringify(spec)}`, async (model, real) => {
    const target = nth(model.runs, spec.n)
    if (!target) return
    const run = aRun({ op: spec.mode, runAt: model.now })
    const deed = { runId: target.id, request: { mode: spec.mode, reason: null }, keepRefusal: spec.keepRefusal }
    const done = real.control(run, deed, model.now)
    const isRefused = ask(model, target, spec.mode)
    if (isRefused && !spec.keepRefusal) return refused(done, 'CONFLICT')
    await done
    const { id, lane, priority, runAt, maxAttempts, maxLost } = run
    const [status, outcome] = isRefused ? (['failed', 'error'] as const) : (['succeeded', 'success'] as const)
    model.runs.push({
      id,
      lane,
      priority,
      runAt,
      maxAttempts,
      maxLost,
      project: null,
      provider: null,
      attempt: 0,
      lost: 0,
      ...FRESH,
      status,
      outcome,
    })
    // Said again, nothing is done again.
    expect(await real.control(run, deed, model.now)).toMatchObject({ created: false, run: { id } })
  }),
)

/** The time of its step is over, and its worker is not of this host. */
const timeOut = index.map((n) =>
  command(`time out run ${n}`, async (model, real) => {
    const run = nthOf(model, n, ({ timing }) => timing?.phase === 'timed_out')
    if (!run) return
    const due = run.status === 'running' && run.timing?.phase === 'timed_out' && run.timing.onTimeout === 'kill'
    expect(await real.timeOut(run.id, 'another-attempt', model.now)).toBe(false)
    expect(await real.timeOut(run.id, live(model, run)?.lease.attemptId ?? 'none', model.now)).toBe(due)
    if (due) Object.assign(run, { status: 'cancelling', mode: 'timeout', fenceAt: model.now + FENCE_MS, attention: null })
  }),
)

const fence = fc.constantFrom(0, 10_000, FENCE_MS).map((ms) =>
  command(`wait ${ms} and close the leases of what should have ended`, async (model, real) => {
    model.now += ms
    const due = model.runs.filter(({ fenceAt }) => fenceAt !== null && fenceAt <= model.now)
    const told = await real.fencesDue(model.now)
    expect(told.map(({ runId }) => runId).sort()).toEqual(due.map(({ id }) => id).sort())
    for (const { runId, attemptId } of told) {
      const run = due.find(({ id }) => id === runId)!
      const held = live(model, run)!
      expect([await real.fence(runId, 'another-attempt', model.now, 0.5), attemptId]).toEqual([null, held.lease.attemptId])
      expect(await real.fence(runId, attemptId, model.now, 0.5)).toMatchObject({ id: runId })
      const ended = (await real.attempts(runId)).find(({ id }) => id === attemptId)!
      expect([ended.outcome, ended.how]).toEqual([{ cancel: 'cancelled', kill: 'killed', timeout: 'timed_out' }[run.mode!], 'fenced'])
      held.state = 'stale'
      if (run.mode === 'timeout') finish(run, 'timed_out', true, model.now, 0.5)
      else stop(run)
      expect(await real.fence(runId, attemptId, model.now, 0.5)).toBeNull()
    }
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
    begin,
    begin,
    attend,
    look,
    waitLonger,
    awaitTarget,
    reconnect,
    silence,
    release,
    sweep,
    sweep,
    rescue,
    cancel,
    control,
    timeOut,
    timeOut,
    fence,
    again,
    setLane,
  ],
  { maxCommands: 80, size: 'max' },
)
