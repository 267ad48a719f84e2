import { expect, test } from 'vitest'
import type { Lease } from '../../../src/shared/models/index.ts'
import { type Bench, claimOf, endingOf, everythingAbout, expectCode, LEASE_MS, leaseOf, type Store, T } from './harness.ts'

/** Every write of a worker, as an attempt that was overtaken would send it. */
const WORKER_WRITES: readonly (readonly [name: string, write: (store: Store, lease: Lease) => Promise<unknown>])[] = [
  ['complete', (store, lease) => store.complete(lease, endingOf('success'))],
  ['heartbeat', (store, lease) => store.heartbeat(lease, { progress: 0.9 }, LEASE_MS, T)],
  ['release', (store, lease) => store.release(lease, T)],
  ['updateRun', (store, lease) => store.updateRun(lease, { sessionId: 'stolen', message: 'mine' }, T)],
  ['updateStep', (store, lease) => store.updateStep(lease, 0, { status: 'succeeded' }, T)],
  [
    'appendEvents',
    (store, lease) =>
      store.appendEvents(lease.runId, lease, [{ at: T, kind: 'log', level: 'info', message: 'late', data: null, step: null }]),
  ],
]

/** Leases: only the live attempt may write, and its ending counts once. */
export const fencingTests = (bench: () => Promise<Bench>): void => {
  test.each(WORKER_WRITES)('%s of an attempt that was overtaken is refused and changes nothing', async (_, write) => {
    const { store, started, changes } = await bench()
    const stale = await started()
    await store.sweep(T + LEASE_MS, 0)
    const [winner] = await store.claim(claimOf({ instanceId: 'instance-2', now: T + LEASE_MS }))
    const before = await everythingAbout(store, stale.id)
    const heard = changes.length

    await expectCode(write(store, leaseOf(stale)), 'LEASE_LOST')

    expect(await everythingAbout(store, stale.id)).toEqual(before)
    expect(changes).toHaveLength(heard)
    expect(await store.complete(leaseOf(winner!), endingOf('success'))).toMatchObject({ status: 'succeeded' })
  })

  test.each(WORKER_WRITES)('%s after the lease was lost, before anyone took the run again, is refused', async (_, write) => {
    const { store, started } = await bench()
    const stale = await started()
    await store.sweep(T + LEASE_MS, 0)
    const before = await everythingAbout(store, stale.id)
    await expectCode(write(store, leaseOf(stale)), 'LEASE_LOST')
    expect(await everythingAbout(store, stale.id)).toEqual(before)
  })

  test.each(WORKER_WRITES)('%s with a wrong token, attempt or run is refused', async (_, write) => {
    const { store, started } = await bench()
    const run = await started()
    const other = await started()
    const before = await everythingAbout(store, run.id)
    await expectCode(write(store, { ...leaseOf(run), leaseToken: other.leaseToken }), 'LEASE_LOST')
    await expectCode(write(store, { ...leaseOf(run), attemptId: other.attemptId }), 'LEASE_LOST')
    await expectCode(write(store, { ...leaseOf(run), runId: other.id }), 'LEASE_LOST')
    await expectCode(write(store, { ...leaseOf(run), runId: 'nosuchrun' }), 'LEASE_LOST')
    expect(await everythingAbout(store, run.id)).toEqual(before)
  })

  test.each(WORKER_WRITES.slice(1))('%s after the attempt was completed is refused', async (_, write) => {
    const { store, started } = await bench()
    const run = await started()
    await store.complete(leaseOf(run), endingOf('success'))
    await expectCode(write(store, leaseOf(run)), 'LEASE_LOST')
  })

  test('completing twice returns the run as it is; the first ending stands', async () => {
    const { store, started } = await bench()
    const run = await started()
    const first = await store.complete(leaseOf(run), endingOf('success'))
    const events = await store.events(run.id, 0, 100)
    expect(await store.complete(leaseOf(run), endingOf('error'))).toEqual(first)
    expect(await store.events(run.id, 0, 100)).toEqual(events)
  })

  test('completing twice returns the next attempt when that has begun', async () => {
    const { store, started } = await bench()
    const run = await started({ maxAttempts: 2 })
    await store.complete(leaseOf(run), endingOf('error'))
    const [second] = await store.claim(claimOf({ now: T + 60_000 }))
    expect(await store.complete(leaseOf(run), endingOf('error'))).toMatchObject({ status: 'running', attempt: 2 })
    expect(await store.complete(leaseOf(second!), endingOf('success'))).toMatchObject({ status: 'succeeded' })
  })

  test('an attempt that was handed back cannot be completed', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.release(leaseOf(run), T)
    await expectCode(store.complete(leaseOf(run), endingOf('success')), 'LEASE_LOST')
  })

  test('a heartbeat extends the lease and never shortens it', async () => {
    const { store, started } = await bench()
    const run = await started()
    expect(await store.heartbeat(leaseOf(run), {}, 90_000, T + 5_000)).toEqual({
      leaseUntil: T + 95_000,
      cancelRequested: false,
      kill: null,
    })
    expect(await store.heartbeat(leaseOf(run), {}, 1_000, T + 4_000)).toEqual({
      leaseUntil: T + 95_000,
      cancelRequested: false,
      kill: null,
    })
    expect(await store.get(run.id)).toMatchObject({ heartbeatAt: T + 5_000 })
    expect(await store.attempts(run.id)).toMatchObject([{ heartbeatAt: T + 5_000, leaseUntil: T + 95_000 }])
    expect(await store.sweep(T + 94_999, 0)).toEqual([])
    expect(await store.sweep(T + 95_000, 0)).toHaveLength(1)
  })

  test('a heartbeat of another client, from another thread, keeps the same lease', async () => {
    const { store, subject, started, changes } = await bench()
    const run = await started()
    const other = await subject.connect()
    const heard = changes.length
    expect(await other.heartbeat(leaseOf(run), { message: 'alive' }, LEASE_MS, T + 9_000)).toMatchObject({ leaseUntil: T + 69_000 })
    expect(await store.get(run.id)).toMatchObject({ heartbeatAt: T + 9_000, message: 'alive' })
    expect(changes.slice(heard)).toMatchObject([
      { runs: [{ id: run.id, heartbeatAt: T + 9_000, message: 'alive' }], lanes: [], events: [] },
    ])
    await expectCode(other.heartbeat({ ...leaseOf(run), leaseToken: 'x' }, {}, LEASE_MS, T), 'LEASE_LOST')
  })

  test('a late heartbeat before the sweep saves the run', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.heartbeat(leaseOf(run), {}, LEASE_MS, T + 2 * LEASE_MS)
    expect(await store.sweep(T + 2 * LEASE_MS, 0)).toEqual([])
  })
}
