import { expect, test } from 'vitest'
import type { ClaimedRun } from '../../../src/shared/models/index.ts'
import { type Bench, endingOf, everythingAbout, expectCode, LEASE_MS, leaseOf, T } from './harness.ts'

const STEP = { status: 'running', startedAt: T, warningAt: T + 100, timeoutAt: T + 300, timeoutStatus: 'normal' } as const

/** A run whose first step runs, is warned at T + 100 and over at T + 300. */
const begun = async (bench: Bench, onTimeout: 'ask' | 'kill' = 'ask'): Promise<ClaimedRun> => {
  const run = await bench.started()
  await bench.store.updateStep(leaseOf(run), 0, { ...STEP, onTimeout }, T)
  return run
}

/** The moments of a running step: stored, absolute, and standing still while a person is waited for. */
export const timingTests = (bench: () => Promise<Bench>): void => {
  test('a run shows the clock of its running step, in lists, on the board and in the change feed', async () => {
    const at = await bench()
    const run = await begun(at)
    const timing = { timeoutStatus: 'normal', warningAt: T + 100, timeoutAt: T + 300, pausedAt: null }
    expect(await at.store.get(run.id)).toMatchObject(timing)
    expect((await at.store.list({ limit: 10 })).runs).toMatchObject([timing])
    expect(await at.store.board(T)).toMatchObject([timing])
    expect(at.changes.at(-1)?.runs).toMatchObject([timing])
    await at.store.updateStep(leaseOf(run), 0, { status: 'succeeded', outcome: 'success', endedAt: T + 9 }, T + 9)
    const none = { timeoutStatus: 'normal', warningAt: null, timeoutAt: null, pausedAt: null }
    expect(await at.store.get(run.id)).toMatchObject(none)
    expect(at.changes.at(-1)?.runs).toMatchObject([none])
    expect(await at.store.complete(leaseOf(run), endingOf('success'))).toMatchObject(none)
  })

  test('the time of a step counts from its start, is moved by each wait for a person, and starts again when more is given', async () => {
    const at = await bench()
    const { store } = at
    const run = await begun(at)
    const from = async () => [(await store.get(run.id))?.timedFrom, (await store.get(run.id))?.steps[0]?.timedFrom]
    expect(await from()).toEqual([T, T])
    await store.updateRun(leaseOf(run), { attention: 'permission' }, T + 60)
    expect(await from()).toEqual([T, T])
    await store.updateRun(leaseOf(run), { attention: null }, T + 1_060)
    expect(await from()).toEqual([T + 1_000, T + 1_000])
    await store.waitLonger(run.id, 500, T + 1_200)
    expect(await from()).toEqual([T + 1_200, T + 1_200])
    expect(at.changes.at(-1)?.runs).toMatchObject([{ timedFrom: T + 1_200, timeoutAt: T + 1_700 }])
    await store.updateStep(leaseOf(run), 0, { status: 'succeeded', outcome: 'success', endedAt: T + 1_300 }, T + 1_300)
    expect((await store.get(run.id))?.timedFrom).toBeNull()
  })

  test('a step is due when its warning has come, and again when its time is over', async () => {
    const at = await bench()
    const { store } = at
    const run = await begun(at)
    expect(await store.dueSteps(T + 99)).toEqual([])
    const due = { runId: run.id, index: 0, attemptId: run.attemptId, workerId: 'worker-1', instanceId: 'instance-1', onTimeout: 'ask' }
    expect(await store.dueSteps(T + 100)).toEqual([{ ...due, timeoutStatus: 'normal', warningAt: T + 100, timeoutAt: T + 300 }])

    expect(await store.markStep(run.id, 0, run.attemptId, 'warning', T + 100)).toBe(true)
    expect(await store.get(run.id)).toMatchObject({ timeoutStatus: 'warning', attention: null, status: 'running' })
    expect(await store.dueSteps(T + 299)).toEqual([])
    expect(await store.dueSteps(T + 300)).toMatchObject([{ ...due, timeoutStatus: 'warning' }])

    expect(await store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 300)).toBe(true)
    expect(await store.get(run.id)).toMatchObject({ timeoutStatus: 'timed_out', attention: 'timeout', status: 'running' })
    expect(await store.dueSteps(T + 9_999)).toEqual([])
    expect((await store.events(run.id, 0, 99)).filter((event) => event.kind === 'step')).toMatchObject([
      { level: 'warn', step: 0, attemptId: run.attemptId, data: { timeoutStatus: 'warning' } },
      { level: 'warn', step: 0, attemptId: run.attemptId, data: { timeoutStatus: 'timed_out' } },
    ])
  })

  test('a step that is killed by itself asks nobody', async () => {
    const at = await bench()
    const run = await begun(at, 'kill')
    expect(await at.store.dueSteps(T + 300)).toMatchObject([{ onTimeout: 'kill' }])
    await at.store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 300)
    expect(await at.store.get(run.id)).toMatchObject({ timeoutStatus: 'timed_out', attention: null })
    expect(await at.store.dueSteps(T + 301)).toMatchObject([{ runId: run.id, timeoutStatus: 'timed_out' }])
  })

  test('a mark that comes too early, too late, twice, or for another attempt changes nothing', async () => {
    const at = await bench()
    const { store } = at
    const run = await begun(at)
    const before = await everythingAbout(store, run.id)
    expect(await store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 299)).toBe(false)
    expect(await store.markStep(run.id, 0, 'another', 'timed_out', T + 300)).toBe(false)
    expect(await store.markStep(run.id, 1, run.attemptId, 'timed_out', T + 300)).toBe(false)
    expect(await store.markStep('nosuchrun', 0, run.attemptId, 'timed_out', T + 300)).toBe(false)
    expect(await everythingAbout(store, run.id)).toEqual(before)
    expect(await store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 300)).toBe(true)
    expect(await store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 300)).toBe(false)
    expect(await store.markStep(run.id, 0, run.attemptId, 'warning', T + 300)).toBe(false)
    await store.cancel(run.id, { mode: 'kill', reason: null }, T + 301)
    expect(await store.dueSteps(T + 9_999)).toEqual([])
  })

  test('the clock stands still while a person is waited for, and goes on with both moments moved', async () => {
    const at = await bench()
    const { store } = at
    const run = await begun(at)
    await store.updateRun(leaseOf(run), { attention: 'permission' }, T + 60)
    expect(await store.get(run.id)).toMatchObject({ pausedAt: T + 60, warningAt: null, timeoutAt: null, steps: [{ pausedAt: T + 60 }] })
    expect(at.changes.at(-1)?.runs).toMatchObject([{ pausedAt: T + 60, warningAt: null }])
    await store.updateRun(leaseOf(run), { attention: 'question', message: 'still waiting' }, T + 5_000)
    expect(await store.dueSteps(T + 9_999)).toEqual([])
    expect(await store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 9_999)).toBe(false)

    await store.updateRun(leaseOf(run), { attention: null }, T + 10_060)
    expect(await store.get(run.id)).toMatchObject({ pausedAt: null, warningAt: T + 10_100, timeoutAt: T + 10_300 })
    expect(await store.dueSteps(T + 10_099)).toEqual([])
    expect(await store.dueSteps(T + 10_100)).toHaveLength(1)
  })

  test('a clock that was set back while it stood moves nothing back', async () => {
    const at = await bench()
    const run = await begun(at)
    await at.store.updateRun(leaseOf(run), { attention: 'permission' }, T + 60)
    await at.store.updateRun(leaseOf(run), { attention: null }, T - 1_000)
    expect(await at.store.get(run.id)).toMatchObject({ pausedAt: null, warningAt: T + 100, timeoutAt: T + 300 })
  })

  test('a step that begins or ends waits for nobody', async () => {
    const at = await bench()
    const run = await begun(at)
    await at.store.updateRun(leaseOf(run), { attention: 'permission' }, T + 60)
    await at.store.updateStep(leaseOf(run), 0, { status: 'failed', endedAt: T + 70 }, T + 70)
    expect(await at.store.get(run.id)).toMatchObject({ attention: null, pausedAt: null, steps: [{ pausedAt: null }] })
    expect(at.changes.at(-1)?.runs).toMatchObject([{ attention: null, pausedAt: null }])
  })

  test('a step whose time is over keeps asking when something else was answered', async () => {
    const at = await bench()
    const run = await begun(at)
    await at.store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 300)
    await at.store.updateRun(leaseOf(run), { attention: 'permission' }, T + 310)
    expect(await at.store.get(run.id)).toMatchObject({ attention: 'permission', pausedAt: T + 310 })
    await at.store.updateRun(leaseOf(run), { attention: null }, T + 320)
    expect(await at.store.get(run.id)).toMatchObject({ attention: 'timeout', timeoutStatus: 'timed_out', pausedAt: null })
  })

  test('waiting longer starts the time again, from now or from when the clock goes on', async () => {
    const at = await bench()
    const { store } = at
    const run = await begun(at)
    await store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 300)
    expect(await store.waitLonger(run.id, 1_001, T + 400)).toMatchObject({
      attention: null,
      timeoutStatus: 'normal',
      warningAt: T + 900,
      timeoutAt: T + 1_401,
    })
    expect(await store.dueSteps(T + 899)).toEqual([])
    expect(await store.dueSteps(T + 900)).toHaveLength(1)
    await store.updateRun(leaseOf(run), { attention: 'permission' }, T + 1_000)
    expect(await store.waitLonger(run.id, 500, T + 3_000)).toMatchObject({ attention: 'permission', pausedAt: T + 1_000, timeoutAt: null })
    await store.updateRun(leaseOf(run), { attention: null }, T + 5_000)
    expect(await store.get(run.id)).toMatchObject({ warningAt: T + 5_250, timeoutAt: T + 5_500 })
  })

  test('there is nothing to wait for while no step runs', async () => {
    const at = await bench()
    const { store } = at
    const run = await at.started()
    await expectCode(store.waitLonger(run.id, 1_000, T), 'CONFLICT')
    await store.updateStep(leaseOf(run), 0, STEP, T)
    await store.cancel(run.id, { mode: 'cancel', reason: null }, T)
    const before = await everythingAbout(store, run.id)
    await expectCode(store.waitLonger(run.id, 1_000, T), 'CONFLICT')
    expect(await everythingAbout(store, run.id)).toEqual(before)
    await expectCode(store.waitLonger('nosuchrun', 1_000, T), 'NOT_FOUND')
  })

  test.each(['rescue', 'sweep'] as const)('an attempt that was to end because its time was over ends as that by a %s', async (how) => {
    const at = await bench()
    const { store } = at
    const [asks, ends] = [await begun(at, 'ask'), await begun(at, 'kill')]
    for (const run of [asks, ends]) await store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 300)
    if (how === 'rescue') await store.rescue(['instance-1'], T + 400)
    else await store.sweep(T + LEASE_MS, 0)
    expect(await store.get(asks.id)).toMatchObject({
      status: 'queued',
      lost: 1,
      attention: null,
      steps: [{ status: 'pending', onTimeout: null }],
    })
    expect(await store.get(ends.id)).toMatchObject({ status: 'failed', outcome: 'timed_out', lost: 0, endedHow: 'fenced' })
    expect(await store.attempts(ends.id)).toMatchObject([{ outcome: 'timed_out' }])
  })

  const LIMITS = {
    shell: { warningMs: 100, hardMs: 300, onTimeout: 'kill' },
    agent: { warningMs: 10, hardMs: 1_000, onTimeout: 'ask' },
  } as const
  const shell = { op: 'shell', params: {} }

  test('the clock of a step begins with the claim of a worker that does not say which step it is at', async () => {
    const { store, started } = await bench()
    const run = await started({ steps: [shell] }, { timeouts: LIMITS })
    const clock = { timedFrom: T, warningAt: T + 100, timeoutAt: T + 300, onTimeout: 'kill', status: 'running', startedAt: T }
    expect(run.steps).toMatchObject([clock])
    expect(await store.dueSteps(T + 300)).toMatchObject([{ runId: run.id, onTimeout: 'kill' }])
    expect(await store.release(leaseOf(run), T)).toMatchObject({ steps: [{ status: 'pending', timedFrom: null, timeoutAt: null }] })
  })

  test('with the time of all steps that are left, which is over by itself only when all of them are', async () => {
    const { store, started } = await bench()
    const own = { ...shell, timeouts: { hardMs: 5_000 } }
    const run = await started({ steps: [shell, own] }, { timeouts: LIMITS })
    expect(run.steps).toMatchObject([
      { warningAt: T + 200, timeoutAt: T + 5_300, onTimeout: 'kill' },
      { status: 'pending', timeoutAt: null },
    ])
    const asks = await started({ steps: [shell, { op: 'agent', params: {} }] }, { timeouts: LIMITS })
    expect(asks.steps[0]).toMatchObject({ timeoutAt: T + 1_300, onTimeout: 'ask' })
    const unknown = await started({ steps: [{ op: 'elsewhere', params: {} }] }, { timeouts: LIMITS })
    expect(unknown.steps[0]).toMatchObject({ status: 'pending', timeoutAt: null })
    expect(await store.complete(leaseOf(run), endingOf('success'))).toMatchObject({
      steps: [{ status: 'succeeded' }, { status: 'succeeded' }],
    })
  })

  /** An attempt of another host that was asked to end because its time is over. */
  const toldByLimit = async (at: Bench, more: Parameters<Bench['started']>[0] = {}): Promise<ClaimedRun> => {
    const run = await at.started({ steps: [shell], ...more }, { timeouts: LIMITS })
    await at.store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 300)
    expect(await at.store.timeOut(run.id, run.attemptId, T + 300)).toBe(true)
    return run
  }

  test('an attempt of another host hears by its heartbeat that its time is over, and ends as timed out whatever it says', async () => {
    const at = await bench()
    const { store } = at
    const run = await toldByLimit(at)
    expect(await store.get(run.id)).toMatchObject({ status: 'cancelling', cancelMode: 'timeout', cancelSignal: 'SIGTERM' })
    expect(await store.timeOut(run.id, run.attemptId, T + 301)).toBe(false)
    expect(await store.heartbeat(leaseOf(run), {}, LEASE_MS, T + 301)).toMatchObject({ cancelRequested: true, kill: 'SIGTERM' })
    const ended = await store.complete(leaseOf(run), endingOf('cancelled'))
    const end = { status: 'failed', outcome: 'timed_out', endedHow: 'cooperative', cancelMode: null, cancelSignal: null }
    expect(ended).toMatchObject({ ...end, error: { code: 'TIMED_OUT' }, steps: [{ status: 'failed', outcome: 'timed_out' }] })
    expect(await store.attempts(run.id)).toMatchObject([{ outcome: 'timed_out', how: 'cooperative' }])
    const other = await toldByLimit(at)
    expect(await store.complete(leaseOf(other), endingOf('success'))).toMatchObject({
      status: 'succeeded',
      endedHow: null,
      cancelSignal: null,
    })
  })

  test.each(['fence', 'sweep', 'rescue', 'release'] as const)('one that does not end is ended without it, by a %s', async (how) => {
    const at = await bench()
    const { store } = at
    const run = await toldByLimit(at)
    if (how === 'fence') await store.fence(run.id, run.attemptId, T + 30_300, 0)
    if (how === 'sweep') await store.sweep(T + LEASE_MS, 0)
    if (how === 'rescue') await store.rescue(['instance-1'], T + 400)
    if (how === 'release') await store.release(leaseOf(run), T + 400)
    const endedHow = how === 'release' ? 'cooperative' : 'fenced'
    expect(await store.get(run.id)).toMatchObject({ status: 'failed', outcome: 'timed_out', lost: 0, endedHow, cancelMode: null })
    await expectCode(store.complete(leaseOf(run), endingOf('success')), 'LEASE_LOST')
  })

  test('a time limit uses up an attempt, and the next one begins with a fresh clock', async () => {
    const at = await bench()
    const run = await toldByLimit(at, { maxAttempts: 2 })
    expect(await at.store.fence(run.id, run.attemptId, T + 30_300, 0)).toMatchObject({
      status: 'scheduled',
      cancelMode: null,
      cancelSignal: null,
      steps: [{ status: 'pending', timeoutStatus: 'normal' }],
    })
    expect(await at.store.attempts(run.id)).toMatchObject([{ outcome: 'timed_out', how: 'fenced' }])
  })

  test('a person who asks for the end takes over from a time limit', async () => {
    const at = await bench()
    const { store } = at
    const [cancelled, killed] = [await toldByLimit(at, { maxAttempts: 5 }), await toldByLimit(at, { maxAttempts: 5 })]
    await store.cancel(cancelled.id, { mode: 'cancel', reason: 'enough' }, T + 400)
    await store.cancel(killed.id, { mode: 'kill', signal: 'SIGKILL', reason: null }, T + 400)
    expect(await store.complete(leaseOf(cancelled), endingOf('timed_out'))).toMatchObject({
      outcome: 'cancelled',
      message: 'Cancelled: enough',
    })
    expect(await store.complete(leaseOf(killed), endingOf('timed_out'))).toMatchObject({ outcome: 'killed', cancelSignal: 'SIGKILL' })
  })

  test('a time limit that asks, or is not over, or is another attempt’s, asks nobody to end', async () => {
    const at = await bench()
    const { store } = at
    const [asks, early] = [await begun(at, 'ask'), await begun(at, 'kill')]
    await store.markStep(asks.id, 0, asks.attemptId, 'timed_out', T + 300)
    const before = [await everythingAbout(store, asks.id), await everythingAbout(store, early.id)]
    expect(await store.timeOut(asks.id, asks.attemptId, T + 300)).toBe(false)
    expect(await store.timeOut(early.id, early.attemptId, T + 300)).toBe(false)
    expect(await store.timeOut('nosuchrun', early.attemptId, T + 300)).toBe(false)
    await store.markStep(early.id, 0, early.attemptId, 'timed_out', T + 300)
    expect(await store.timeOut(early.id, 'another', T + 300)).toBe(false)
    expect([await everythingAbout(store, asks.id)]).toEqual([before[0]])
  })
}
