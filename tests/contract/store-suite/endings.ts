import { expect, test } from 'vitest'
import type { Outcome } from '../../../src/shared/models/index.ts'
import { type Bench, claimOf, endingOf, LEASE_MS, leaseOf, T } from './harness.ts'

/** How attempts end and what becomes of their runs. */
export const endingTests = (bench: () => Promise<Bench>): void => {
  test('success ends the run as succeeded with full progress', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.updateRun(leaseOf(run), { progress: 0.5, message: 'half way', attention: 'question' }, T)

    const ended = await store.complete(leaseOf(run), endingOf('success', { result: { commit: 'abc' } }))

    expect(ended).toMatchObject({ status: 'succeeded', outcome: 'success', progress: 1, message: 'half way', attention: null, error: null })
    expect(ended).toMatchObject({ endedAt: T + 1_000, heartbeatAt: null })
    expect(ended.steps).toMatchObject([{ status: 'succeeded', outcome: 'success', endedAt: T + 1_000, result: { commit: 'abc' } }])
    expect(await store.attempts(run.id)).toMatchObject([{ outcome: 'success', endedAt: T + 1_000, error: null }])
    expect(await store.get(run.id)).toEqual(ended)
  })

  test.each<Outcome>(['cancelled', 'killed'])('%s ends the run as cancelled, without an error', async (outcome) => {
    const { store, started } = await bench()
    const run = await started({ maxAttempts: 3 })
    const ended = await store.complete(leaseOf(run), endingOf(outcome))
    expect(ended).toMatchObject({ status: 'cancelled', outcome, error: null })
  })

  test.each<Outcome>(['error', 'validation_failed', 'timed_out', 'post_check_failed', 'stale_binary', 'suspicious', 'interrupted'])(
    '%s ends a run without further attempts as failed',
    async (outcome) => {
      const { store, started } = await bench()
      const run = await started()
      await store.updateStep(leaseOf(run), 0, { status: 'running', startedAt: T }, T)
      const ended = await store.complete(leaseOf(run), endingOf(outcome))
      expect(ended).toMatchObject({
        status: 'failed',
        outcome,
        endedAt: T + 1_000,
        error: { code: expect.any(String), message: expect.any(String) },
      })
      expect(ended.steps).toMatchObject([{ status: 'failed', outcome }])
    },
  )

  test.each<Outcome>(['error', 'timed_out', 'post_check_failed'])(
    '%s is tried again after a delay while attempts are left',
    async (outcome) => {
      const { store, started } = await bench()
      const run = await started({ maxAttempts: 3 })
      await store.updateStep(leaseOf(run), 0, { status: 'failed', outcome, startedAt: T, endedAt: T + 5, warningAt: T + 2 }, T)
      await store.updateRun(leaseOf(run), { attention: 'timeout', progress: 0.4 }, T)

      const waiting = await store.complete(leaseOf(run), endingOf(outcome, { error: { code: 'X', message: 'no' } }))

      expect(waiting).toMatchObject({ status: 'scheduled', outcome: null, error: null, endedAt: null, runAt: T + 2_000, attention: null })
      expect(waiting).toMatchObject({ message: 'attempt 2 of 3 in 1 s', progress: 0.4, attempt: 1 })
      expect(waiting.steps).toMatchObject([{ status: 'pending', outcome: null, startedAt: null, endedAt: null, warningAt: null }])
      expect(await store.attempts(run.id)).toMatchObject([{ n: 1, outcome, error: { code: 'X' } }])
      expect(await store.claim(claimOf({ now: T + 1_999 }))).toEqual([])
      expect(await store.claim(claimOf({ now: T + 2_000 }))).toMatchObject([
        { id: run.id, attempt: 2, message: 'attempt 2 of 3', progress: 0.4 },
      ])
    },
  )

  test('the last attempt that fails ends the run', async () => {
    const { store, started } = await bench()
    const first = await started({ maxAttempts: 2 })
    await store.complete(leaseOf(first), endingOf('error'))
    const [second] = await store.claim(claimOf({ now: T + 9_000 }))
    const ended = await store.complete(leaseOf(second!), endingOf('error', { now: T + 10_000 }))
    expect(ended).toMatchObject({ status: 'failed', outcome: 'error', attempt: 2, error: { code: 'BROKEN' } })
  })

  test('the delay grows, takes what the other side asked for, and is not made for what cannot be tried again', async () => {
    const { store, started } = await bench()
    const first = await started({ maxAttempts: 9 })
    await store.complete(leaseOf(first), endingOf('error', { random: 0 }))
    expect(await store.get(first.id)).toMatchObject({ runAt: T + 1_500 })
    const [second] = await store.claim(claimOf({ now: T + 5_000 }))
    await store.complete(leaseOf(second!), endingOf('error', { now: T + 5_000, random: 1 }))
    expect(await store.get(first.id)).toMatchObject({ runAt: T + 7_000 })
    const [third] = await store.claim(claimOf({ now: T + 7_000 }))
    const asked = { code: 'BUSY', message: 'later', retryAfterMs: 123_456 }
    await store.complete(leaseOf(third!), endingOf('error', { now: T + 7_000, error: asked }))
    expect(await store.get(first.id)).toMatchObject({ runAt: T + 130_456, message: 'attempt 4 of 9 in 3 min' })
    const [fourth] = await store.claim(claimOf({ now: T + 130_456 }))
    const final = { code: 'NO_KEY', message: 'no key', retryable: false }
    expect(await store.complete(leaseOf(fourth!), endingOf('error', { error: final }))).toMatchObject({ status: 'failed', error: final })
  })

  test('what a step did well is kept for the next attempt', async () => {
    const { store, started } = await bench()
    const step = { op: 'shell', params: {} }
    const run = await started({ maxAttempts: 2, steps: [step, step, step] })
    await store.updateStep(leaseOf(run), 0, { status: 'succeeded', outcome: 'success', startedAt: T, endedAt: T + 1, result: 'text' }, T)
    await store.updateStep(leaseOf(run), 1, { status: 'failed', outcome: 'error', startedAt: T + 1, error: { code: 'X', message: 'x' } }, T)

    await store.complete(leaseOf(run), endingOf('error'))

    const again = await store.get(run.id)
    expect(again?.steps.map((kept) => kept.status)).toEqual(['succeeded', 'pending', 'pending'])
    expect(again?.steps[0]).toMatchObject({ result: 'text', endedAt: T + 1 })
    expect(again?.steps[1]).toMatchObject({ error: null, startedAt: null })
  })

  test('an expired lease puts the run back, without using up an attempt', async () => {
    const { store, started } = await bench()
    const run = await started({ maxAttempts: 2 })
    await store.updateStep(leaseOf(run), 0, { status: 'running', startedAt: T, timeoutAt: T + 99 }, T)

    expect(await store.sweep(T + LEASE_MS - 1, 0)).toEqual([])
    const [back] = await store.sweep(T + LEASE_MS, 0)

    expect(back).toMatchObject({ id: run.id, status: 'queued', lost: 1, attempt: 1, outcome: null, endedAt: null, heartbeatAt: null })
    expect(back!.steps).toMatchObject([{ status: 'pending', startedAt: null, timeoutAt: null }])
    expect(await store.attempts(run.id)).toMatchObject([{ outcome: 'lease_lost', endedAt: T + LEASE_MS }])
    expect(await store.sweep(T + LEASE_MS, 0)).toEqual([])

    const [second] = await store.claim(claimOf({ now: T + LEASE_MS }))
    expect(second).toMatchObject({ attempt: 2, message: 'attempt 1 of 2, 1 lost' })
    const retried = await store.complete(leaseOf(second!), endingOf('error', { now: T + LEASE_MS }))
    expect(retried).toMatchObject({ status: 'scheduled', message: 'attempt 2 of 2 in 1 s' })
  })

  test('a run that loses more leases than it may ends as failed', async () => {
    const { store, started } = await bench()
    const run = await started({ maxLost: 2 })
    let now = T
    const statuses: string[] = []
    for (let n = 0; n < 3; n++) {
      now += LEASE_MS
      const [swept] = await store.sweep(now, 0)
      statuses.push(swept!.status)
      await store.claim(claimOf({ now }))
    }
    expect(statuses).toEqual(['queued', 'queued', 'failed'])
    expect(await store.get(run.id)).toMatchObject({ outcome: 'lease_lost', lost: 3, error: { code: 'LEASE_LOST' }, endedAt: now })
  })

  test('a worker that notices its own lost lease is treated the same', async () => {
    const { store, started } = await bench()
    const run = await started()
    expect(await store.complete(leaseOf(run), endingOf('lease_lost'))).toMatchObject({ status: 'queued', lost: 1 })
  })

  test('the attempts of a dead instance are rescued at once, and nobody else’s', async () => {
    const { store, started } = await bench()
    const dead = await started({}, { instanceId: 'dead' })
    const alive = await started({}, { instanceId: 'alive' })
    const rescued = await store.rescue(['dead', 'unknown'], T + 1)
    expect(rescued).toMatchObject([{ id: dead.id, status: 'queued', lost: 1 }])
    expect(await store.get(alive.id)).toMatchObject({ status: 'running' })
    expect(await store.rescue(['dead'], T + 2)).toEqual([])
  })

  test('a run that is handed back is queued again and its attempt is not counted', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.updateStep(leaseOf(run), 0, { status: 'running', startedAt: T }, T)

    const back = await store.release(leaseOf(run), T + 7)

    expect(back).toMatchObject({ status: 'queued', attempt: 0, lost: 0, attention: null, heartbeatAt: null })
    expect(back.steps).toMatchObject([{ status: 'pending' }])
    expect(await store.attempts(run.id)).toMatchObject([{ n: 1, outcome: 'interrupted', endedAt: T + 7 }])
    expect(await store.claim(claimOf({ now: T + 8 }))).toMatchObject([{ attempt: 1 }])
  })
}
