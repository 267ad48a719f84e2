import { expect, test } from 'vitest'
import type { Returned } from '../../../src/main/runs/store-port.ts'
import type { ClaimedRun, Reconnect } from '../../../src/shared/models/index.ts'
import { type Bench, claimOf, endingOf, everythingAbout, expectCode, LEASE_MS, leaseOf, T } from './harness.ts'

const OLD = { version: '1.0.0', contentHash: 'aaa' }
const NEW = { version: '1.1.0', contentHash: 'bbb' }
const wait = (more: Partial<Reconnect> = {}): Reconnect => ({
  workerId: 'w1',
  oldBuild: OLD,
  expectedBuild: NEW,
  oldInstanceId: 'i-old',
  oldStartedAt: T - 1_000,
  deadline: T + 10_000,
  seenAt: null,
  ...more,
})
const back = (more: Partial<Returned> = {}): Returned => ({ instanceId: 'i-new', build: NEW, startedAt: T + 10, ...more })

const awaiting = async ({ store, started }: Bench, more: Partial<Reconnect> = {}): Promise<ClaimedRun> => {
  const run = await started({ target: 'w1' })
  await store.updateStep(leaseOf(run), 0, { status: 'running', startedAt: T, warningAt: T + 1, timeoutAt: T + 2 }, T)
  await store.awaitReconnect(leaseOf(run), wait(more), T)
  return run
}

/** Runs that wait for their target to come back. */
export const reconnectTests = (bench: () => Promise<Bench>): void => {
  test('a run that waits for its target keeps its attempt and its place, and is neither swept, rescued nor timed out', async () => {
    const at = await bench()
    const { store } = at
    const run = await awaiting(at)
    expect(await store.get(run.id)).toMatchObject({ status: 'awaiting_reconnect', reconnect: wait(), target: 'w1', endedAt: null })
    expect(await store.sweep(T + 100 * LEASE_MS, 0)).toEqual([])
    expect(await store.rescue(['instance-1'], T)).toEqual([])
    expect(await store.dueSteps(T + 9_999)).toEqual([])
    expect(await store.claim(claimOf({ now: T + 9 }))).toEqual([])
    expect(await store.lanes()).toMatchObject([{ running: 1 }, {}, {}, {}])
    expect(await store.reconnectsDue(T + 10_000)).toEqual([])
  })

  test.each([
    ['the expected build', back(), 'succeeded', 'success'],
    ['the old build', back({ build: OLD }), 'failed', 'stale_binary'],
    ['the same instance', back({ instanceId: 'i-old' }), 'failed', 'suspicious'],
    ['an unknown version', back({ build: { ...NEW, version: '2.0.0' } }), 'failed', 'suspicious'],
    ['an unknown content', back({ build: { ...NEW, contentHash: 'ccc' } }), 'failed', 'suspicious'],
    ['a start before the old one', back({ startedAt: T - 1_001 }), 'failed', 'suspicious'],
  ] as const)('a target that comes back as %s ends the run', async (_what, returned, status, outcome) => {
    const at = await bench()
    const { store } = at
    const run = await awaiting(at)
    expect(await store.reconnected('another', returned, T + 50)).toEqual([])
    const [ended] = await store.reconnected('w1', returned, T + 50)
    expect(ended).toMatchObject({ id: run.id, status, outcome, endedAt: T + 50, steps: [{ status }] })
    expect(await store.attempts(run.id)).toMatchObject([{ outcome, endedAt: T + 50 }])
    expect(at.changes.at(-1)?.runs).toMatchObject([{ id: run.id, status }])
    const before = await everythingAbout(store, run.id)
    expect(await store.reconnected('w1', back({ instanceId: 'i-next' }), T + 60)).toEqual([])
    expect(await everythingAbout(store, run.id)).toEqual(before)
  })

  test('a run says until when it waits, and no longer once it has ended', async () => {
    const at = await bench()
    const { store } = at
    const run = await awaiting(at)
    const shown = async () => [
      (await store.get(run.id))?.reconnectDeadline,
      (await store.list({ limit: 1 })).runs[0]?.reconnectDeadline,
      (await store.board(T))[0]?.reconnectDeadline,
      at.changes.at(-1)?.runs[0]?.reconnectDeadline,
    ]
    expect(await shown()).toEqual([T + 10_000, T + 10_000, T + 10_000, T + 10_000])
    await store.reconnected('w1', back(), T + 50)
    expect(await shown()).toEqual([null, null, null, null])
  })

  test('a restart of the same build succeeds when a new instance came back', async () => {
    const at = await bench()
    await awaiting(at, { expectedBuild: OLD })
    expect(await at.store.reconnected('w1', back({ build: OLD }), T + 50)).toMatchObject([{ status: 'succeeded' }])
  })

  test('a target that does not come back in time ends the run as timed out; a later return is noted once', async () => {
    const at = await bench()
    const { store } = at
    const run = await awaiting(at)
    expect(await store.reconnectsDue(T + 10_001)).toMatchObject([{ id: run.id, status: 'failed', outcome: 'timed_out' }])
    expect(await store.reconnectsDue(T + 10_001)).toEqual([])
    expect(await store.reconnected('w1', back(), T + 20_000)).toMatchObject([
      { id: run.id, outcome: 'timed_out', reconnect: { seenAt: T + 20_000 } },
    ])
    expect((await store.events(run.id, 0, 99)).at(-1)).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('after the deadline'),
    })
    expect(await store.reconnected('w1', back(), T + 30_000)).toEqual([])
  })

  test('a return after a deadline that nobody watched is too late all the same', async () => {
    const at = await bench()
    const run = await awaiting(at)
    expect(await at.store.reconnected('w1', back(), T + 10_001)).toMatchObject([
      { id: run.id, outcome: 'timed_out', reconnect: { seenAt: T + 10_001 } },
    ])
  })

  test('a run that waits for its target is cancelled and killed at once', async () => {
    const at = await bench()
    const { store } = at
    const [first, second] = [await awaiting(at), await awaiting(at)]
    expect(await store.cancel(first.id, { mode: 'cancel', reason: 'enough' }, T + 5)).toMatchObject({
      status: 'cancelled',
      outcome: 'cancelled',
    })
    expect(await store.cancel(second.id, { mode: 'kill', reason: null }, T + 5)).toMatchObject({ status: 'cancelled', outcome: 'killed' })
    expect(await store.attempts(first.id)).toMatchObject([{ outcome: 'cancelled', endedAt: T + 5 }])
    expect(await store.reconnected('w1', back(), T + 50)).toEqual([])
    await expectCode(store.complete(leaseOf(first), endingOf('success')), 'LEASE_LOST')
  })

  test('the command that could not be sent ends the run by its own lease', async () => {
    const at = await bench()
    const run = await awaiting(at)
    expect(await at.store.complete(leaseOf(run), endingOf('error'))).toMatchObject({ status: 'failed', outcome: 'error' })
  })

  test('only the live attempt of a running run may begin to wait', async () => {
    const { store, started } = await bench()
    const run = await started()
    await expectCode(store.awaitReconnect({ ...leaseOf(run), leaseToken: 'x' }, wait(), T), 'LEASE_LOST')
    await store.cancel(run.id, { mode: 'cancel', reason: null }, T)
    await expectCode(store.awaitReconnect(leaseOf(run), wait(), T), 'CONFLICT')
    expect(await store.get(run.id)).toMatchObject({ status: 'cancelling', reconnect: null })
  })

  test('a run that is retried waits for nobody', async () => {
    const at = await bench()
    const run = await awaiting(at)
    await at.store.reconnected('w1', back({ build: OLD }), T + 50)
    expect(await at.store.retry(run.id, null, T + 60)).toMatchObject({ status: 'queued', reconnect: null })
  })
}
