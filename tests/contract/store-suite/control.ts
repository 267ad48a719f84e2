import { expect, test } from 'vitest'
import { aRun, type Bench, claimOf, endingOf, everythingAbout, expectCode, LEASE_MS, leaseOf, T } from './harness.ts'

/** What a person may do with a run: cancel, retry, resume, dismiss, move. */
export const controlTests = (bench: () => Promise<Bench>): void => {
  test.each([T, T + 500])('cancelling a run that waits ends it at once', async (runAt) => {
    const { store } = await bench()
    const { run } = await store.enqueue(aRun({ runAt }), T)
    const ended = await store.cancel(run.id, { mode: 'cancel', reason: 'not needed' }, T + 1)
    expect(ended).toMatchObject({
      status: 'cancelled',
      outcome: 'cancelled',
      endedAt: T + 1,
      error: null,
      message: 'Cancelled: not needed',
    })
    expect(await store.claim(claimOf({ now: T + 1_000 }))).toEqual([])
  })

  test('cancelling a live run marks it, and its next heartbeat says so', async () => {
    const { store, started } = await bench()
    const run = await started()
    expect(await store.cancel(run.id, { mode: 'cancel', reason: null }, T + 1)).toMatchObject({
      status: 'cancelling',
      outcome: null,
      endedAt: null,
    })
    expect(await store.heartbeat(leaseOf(run), {}, LEASE_MS, T + 2)).toMatchObject({ cancelRequested: true })
    expect(await store.cancel(run.id, { mode: 'cancel', reason: 'again' }, T + 3)).toMatchObject({ status: 'cancelling' })
    const ended = await store.complete(leaseOf(run), endingOf('cancelled'))
    expect(ended).toMatchObject({ status: 'cancelled', outcome: 'cancelled', error: null })
  })

  test('a success that was under way when the run was cancelled stands', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.cancel(run.id, { mode: 'cancel', reason: null }, T)
    expect(await store.complete(leaseOf(run), endingOf('success'))).toMatchObject({ status: 'succeeded', progress: 1 })
  })

  test('an error of a run that is being cancelled is no failure and is not tried again', async () => {
    const { store, started } = await bench()
    const run = await started({ maxAttempts: 5 })
    await store.cancel(run.id, { mode: 'cancel', reason: 'enough' }, T)
    const ended = await store.complete(leaseOf(run), endingOf('error'))
    expect(ended).toMatchObject({ status: 'cancelled', outcome: 'cancelled', error: null, message: 'Cancelled: enough' })
    expect(await store.attempts(run.id)).toMatchObject([{ outcome: 'error', error: { code: 'BROKEN' } }])
  })

  test('a kill of a run that is being cancelled is told apart', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.cancel(run.id, { mode: 'cancel', reason: null }, T)
    expect(await store.complete(leaseOf(run), endingOf('killed'))).toMatchObject({ status: 'cancelled', outcome: 'killed' })
  })

  test.each(['sweep', 'rescue', 'release', 'lease_lost'] as const)('the cancel mark wins over %s', async (how) => {
    const { store, started } = await bench()
    const run = await started()
    await store.cancel(run.id, { mode: 'cancel', reason: null }, T)
    if (how === 'sweep') await store.sweep(T + LEASE_MS, 0)
    if (how === 'rescue') await store.rescue(['instance-1'], T)
    if (how === 'release') await store.release(leaseOf(run), T)
    if (how === 'lease_lost') await store.complete(leaseOf(run), endingOf('lease_lost'))
    expect(await store.get(run.id)).toMatchObject({ status: 'cancelled', outcome: 'cancelled', heartbeatAt: null })
    expect(await store.claim(claimOf({ now: T + LEASE_MS }))).toEqual([])
  })

  test.each(['success', 'error', 'cancelled'] as const)('a run that ended with %s cannot be cancelled', async (outcome) => {
    const { store, started } = await bench()
    const run = await started()
    await store.complete(leaseOf(run), endingOf(outcome))
    const before = await everythingAbout(store, run.id)
    await expectCode(store.cancel(run.id, { mode: 'cancel', reason: null }, T), 'CONFLICT')
    expect(await everythingAbout(store, run.id)).toEqual(before)
  })

  test('cancel and complete at once leave one of them the winner', async () => {
    const { store, started } = await bench()
    const run = await started()
    const [completed, cancelled] = await Promise.allSettled([
      store.complete(leaseOf(run), endingOf('success')),
      store.cancel(run.id, { mode: 'cancel', reason: null }, T),
    ])
    expect(completed.status).toBe('fulfilled')
    expect(cancelled).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT' } })
    expect(await store.get(run.id)).toMatchObject({ status: 'succeeded' })
  })

  test('a failed run that is retried has room for one more attempt and starts from what did not succeed', async () => {
    const { store, started } = await bench()
    const step = { op: 'shell', params: {} }
    const run = await started({ steps: [step, step, step], maxLost: 0 })
    await store.updateRun(leaseOf(run), { sessionId: 's1', worktreeId: 'w1', addCost: 0.5, progress: 0.6 }, T)
    await store.updateStep(leaseOf(run), 0, { status: 'succeeded', outcome: 'success' }, T)
    await store.updateStep(leaseOf(run), 1, { status: 'failed', outcome: 'error', startedAt: T, timeoutStatus: 'warning' }, T)
    await store.complete(leaseOf(run), endingOf('error'))
    await store.dismiss(run.id, T)

    const again = await store.retry(run.id, 'once more', T + 5_000)

    expect(again).toMatchObject({
      status: 'queued',
      outcome: null,
      error: null,
      endedAt: null,
      dismissed: false,
      lost: 0,
      attempt: 1,
      maxAttempts: 2,
    })
    expect(again).toMatchObject({ runAt: T + 5_000, startedAt: T, sessionId: 's1', worktreeId: 'w1', cost: 0.5, progress: -1 })
    expect(again.steps.map((kept) => kept.status)).toEqual(['succeeded', 'pending', 'pending'])
    expect(again.steps[1]).toMatchObject({ outcome: null, startedAt: null, timeoutStatus: 'normal' })
    const [second] = await store.claim(claimOf({ now: T + 5_000 }))
    expect(second).toMatchObject({ id: run.id, attempt: 2, startedAt: T })
    expect(await store.complete(leaseOf(second!), endingOf('error'))).toMatchObject({ status: 'failed' })
  })

  test('a retried run keeps the attempts it still has', async () => {
    const { store, started } = await bench()
    const run = await started({ maxAttempts: 5 })
    await store.complete(leaseOf(run), endingOf('error', { error: { code: 'X', message: 'x', retryable: false } }))
    expect(await store.retry(run.id, null, T)).toMatchObject({ maxAttempts: 5 })
  })

  test('a cancelled run can be retried; lost leases are forgiven', async () => {
    const { store, started } = await bench()
    const run = await started({ maxLost: 1 })
    await store.sweep(T + LEASE_MS, 0)
    await store.cancel(run.id, { mode: 'cancel', reason: null }, T + LEASE_MS)
    expect(await store.retry(run.id, null, T + LEASE_MS)).toMatchObject({ status: 'queued', lost: 0, maxAttempts: 2 })
  })

  test('a run that succeeded, waits or is live cannot be retried', async () => {
    const { store, started } = await bench()
    const run = await started()
    await expectCode(store.retry(run.id, null, T), 'CONFLICT')
    await store.complete(leaseOf(run), endingOf('success'))
    await expectCode(store.retry(run.id, null, T), 'CONFLICT')
    const { run: waiting } = await store.enqueue(aRun(), T)
    await expectCode(store.retry(waiting.id, null, T), 'CONFLICT')
  })

  test('a run that ended goes on with one more step in the same session and worktree', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.updateRun(leaseOf(run), { sessionId: 's1', worktreeId: 'w1' }, T)
    await store.complete(leaseOf(run), endingOf('success'))

    const again = await store.resume(run.id, { op: 'agent', params: { prompt: 'and now?' } }, T + 9)

    expect(again).toMatchObject({
      status: 'queued',
      outcome: null,
      endedAt: null,
      progress: -1,
      sessionId: 's1',
      worktreeId: 'w1',
      maxAttempts: 2,
    })
    expect(again.steps).toMatchObject([
      { index: 0, op: 'shell', status: 'succeeded' },
      { index: 1, op: 'agent', name: 'agent', status: 'pending', params: { prompt: 'and now?' } },
    ])
    expect(await store.claim(claimOf({ now: T + 9 }))).toMatchObject([{ attempt: 2, steps: [{}, { op: 'agent' }] }])
    await expectCode(store.resume(run.id, { op: 'agent', params: {} }, T), 'CONFLICT')
  })

  test('a failed run can be dismissed, any other cannot', async () => {
    const { store, started } = await bench()
    const run = await started()
    await expectCode(store.dismiss(run.id, T), 'CONFLICT')
    await store.complete(leaseOf(run), endingOf('error'))
    expect(await store.dismiss(run.id, T)).toMatchObject({ dismissed: true, status: 'failed' })
    expect(await store.dismiss(run.id, T)).toMatchObject({ dismissed: true })
  })

  test('a run that waits can be moved; one that started cannot', async () => {
    const { store, started } = await bench()
    const { run } = await store.enqueue(aRun({ priority: 5 }), T)
    expect(await store.move(run.id, { lane: 'D', priority: -1 }, T)).toMatchObject({ lane: 'D', priority: -1 })
    expect(await store.claim(claimOf({ lanes: ['D'] }))).toMatchObject([{ id: run.id }])
    await expectCode(store.move(run.id, { lane: 'A' }, T), 'CONFLICT')
    const { run: later } = await store.enqueue(aRun({ runAt: T + 9 }), T)
    expect(await store.move(later.id, { priority: 2 }, T)).toMatchObject({ status: 'scheduled', priority: 2, lane: 'A' })
    expect((await started({ priority: -9 })).id).not.toBe(later.id)
  })

  test('a run that is not there is not found', async () => {
    const { store } = await bench()
    for (const call of [
      store.cancel('nosuchrun', { mode: 'cancel', reason: null }, T),
      store.retry('nosuchrun', null, T),
      store.resume('nosuchrun', { op: 'agent', params: {} }, T),
      store.dismiss('nosuchrun', T),
      store.move('nosuchrun', { lane: 'A' }, T),
      store.appendEvents('nosuchrun', null, [{ at: T, kind: 'log', level: 'info', message: '', data: null, step: null }]),
    ]) {
      await expectCode(call, 'NOT_FOUND')
    }
    expect(await store.get('nosuchrun')).toBeNull()
    expect(await store.attempts('nosuchrun')).toEqual([])
    expect(await store.events('nosuchrun', 0, 10)).toEqual([])
  })
}
