import { expect, test } from 'vitest'
import { aRun, type Bench, claimOf, endingOf, everythingAbout, expectCode, LEASE_MS, leaseOf, T } from './harness.ts'

const kill = { mode: 'kill', reason: null } as const

/** Kills, and control runs that have ended when they are stored. */
export const killTests = (bench: () => Promise<Bench>): void => {
  test('a kill marks a live run with its signal, and the next heartbeat says so', async () => {
    const { store, started, changes } = await bench()
    const run = await started()
    const marked = await store.cancel(run.id, { mode: 'kill', signal: 'SIGINT', reason: 'stuck' }, T + 1)
    expect(marked).toMatchObject({ status: 'cancelling', cancelMode: 'kill', cancelSignal: 'SIGINT', outcome: null, endedHow: null })
    expect(changes.at(-1)?.runs).toMatchObject([{ status: 'cancelling', cancelMode: 'kill', cancelSignal: 'SIGINT' }])
    expect(await store.heartbeat(leaseOf(run), {}, LEASE_MS, T + 2)).toMatchObject({ cancelRequested: true, kill: 'SIGINT' })
    const ended = await store.complete(leaseOf(run), endingOf('killed', { how: 'term' }))
    expect(ended).toMatchObject({
      status: 'cancelled',
      outcome: 'killed',
      endedHow: 'term',
      cancelMode: null,
      cancelSignal: 'SIGINT',
      error: null,
    })
    expect(ended.message).toBe('Killed: stuck')
    expect((await store.events(run.id, 0, 99)).at(-1)).toMatchObject({ data: { outcome: 'killed', how: 'term' } })
  })

  test('a kill that names no signal begins with SIGTERM', async () => {
    const { store, started } = await bench()
    expect(await store.cancel((await started()).id, kill, T)).toMatchObject({ cancelSignal: 'SIGTERM' })
  })

  test('a killed run is told apart whatever its worker says of its end, unless it succeeded', async () => {
    const { store, started } = await bench()
    const outcomes: unknown[] = []
    for (const outcome of ['error', 'cancelled', 'timed_out', 'lease_lost', 'success'] as const) {
      const run = await started({ maxAttempts: 9 })
      await store.cancel(run.id, kill, T)
      const { status, outcome: became } = await store.complete(leaseOf(run), endingOf(outcome))
      outcomes.push([status, became])
    }
    const killed = ['cancelled', 'killed']
    expect(outcomes).toEqual([killed, killed, killed, killed, ['succeeded', 'success']])
  })

  test('a kill hastens a cancel that is under way, and keeps its reason', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.cancel(run.id, { mode: 'cancel', reason: 'not needed' }, T)
    expect(await store.cancel(run.id, { ...kill, signal: 'SIGKILL' }, T + 1)).toMatchObject({ cancelMode: 'kill', cancelSignal: 'SIGKILL' })
    expect(await store.cancel(run.id, { mode: 'cancel', reason: 'again' }, T + 2)).toMatchObject({ cancelMode: 'kill' })
    expect(await store.complete(leaseOf(run), endingOf('killed'))).toMatchObject({ message: 'Killed: not needed' })
  })

  test('of two kills at once the second is refused', async () => {
    const { store, started } = await bench()
    const run = await started()
    const [first, second] = await Promise.allSettled([
      store.cancel(run.id, kill, T),
      store.cancel(run.id, { ...kill, signal: 'SIGKILL' }, T),
    ])
    expect([first.status, second]).toMatchObject(['fulfilled', { status: 'rejected', reason: { code: 'CONFLICT' } }])
    expect(await store.get(run.id)).toMatchObject({ cancelSignal: 'SIGTERM' })
  })

  test('a kill of what waits, is over or is not there is refused and changes nothing', async () => {
    const { store, started } = await bench()
    const over = await started()
    await store.complete(leaseOf(over), endingOf('error'))
    const { run: queued } = await store.enqueue(aRun(), T)
    const { run: scheduled } = await store.enqueue(aRun({ runAt: T + 9 }), T)
    for (const { id } of [over, queued, scheduled]) {
      const before = await everythingAbout(store, id)
      await expectCode(store.cancel(id, kill, T), 'CONFLICT')
      expect(await everythingAbout(store, id)).toEqual(before)
    }
    await expectCode(store.cancel('nosuchrun', kill, T), 'NOT_FOUND')
  })

  test.each([
    ['sweep', 'fenced'],
    ['rescue', 'fenced'],
    ['release', 'cooperative'],
  ] as const)('a run that was being killed ends as killed by a %s', async (how, endedHow) => {
    const { store, started } = await bench()
    const run = await started()
    await store.cancel(run.id, kill, T)
    if (how === 'sweep') await store.sweep(T + LEASE_MS, 0)
    if (how === 'rescue') await store.rescue(['instance-1'], T)
    if (how === 'release') await store.release(leaseOf(run), T)
    expect(await store.get(run.id)).toMatchObject({ status: 'cancelled', outcome: 'killed', endedHow, cancelMode: null })
    expect(await store.claim(claimOf({ now: T + LEASE_MS }))).toEqual([])
  })

  test('a killed run that is retried forgets how it ended', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.cancel(run.id, kill, T)
    await store.complete(leaseOf(run), endingOf('killed', { how: 'kill' }))
    expect(await store.retry(run.id, null, T)).toMatchObject({ endedHow: null, cancelMode: null, cancelSignal: null, outcome: null })
  })

  test('what an attempt did when it was told to stop is kept with it, and the signal of a kill with its run', async () => {
    const { store, started } = await bench()
    const run = await started({ maxAttempts: 3 })
    await store.cancel(run.id, { ...kill, signal: 'SIGINT' }, T)
    await store.complete(leaseOf(run), endingOf('killed', { how: 'kill' }))
    await store.retry(run.id, null, T)
    const [again] = await store.claim(claimOf())
    await store.complete(leaseOf(again!), endingOf('error'))
    expect((await store.attempts(run.id)).map(({ outcome, how }) => [outcome, how])).toEqual([
      ['killed', 'kill'],
      ['error', null],
    ])
    const [succeeded, cancelled] = [await started(), await started()]
    await store.cancel(succeeded.id, kill, T)
    await store.cancel(cancelled.id, { mode: 'cancel', reason: null }, T)
    expect(await store.complete(leaseOf(succeeded), endingOf('success'))).toMatchObject({ cancelSignal: null })
    expect(await store.complete(leaseOf(cancelled), endingOf('cancelled'))).toMatchObject({ cancelSignal: null })
  })

  test('a control run is stored as ended with what it does, and nobody can claim it', async () => {
    const { store, started, changes } = await bench()
    const target = await started({ title: 'Loud' })
    const wanted = aRun({ op: 'kill', steps: [{ op: 'kill', params: { runId: target.id } }], target: target.id, idempotencyKey: 'k' })
    const deed = { runId: target.id, request: { ...kill, signal: 'SIGINT' }, keepRefusal: false } as const
    const { run, created } = await store.control(wanted, deed, T + 5)
    expect(created).toBe(true)
    const result = { target: target.id, asked: 'kill', signal: 'SIGINT', reason: null, status: 'cancelling', attempt: 1 }
    const message = 'Asked “Loud” to end by SIGINT'
    expect(run).toMatchObject({
      status: 'succeeded',
      outcome: 'success',
      progress: 1,
      startedAt: T + 5,
      endedAt: T + 5,
      target: target.id,
      message,
    })
    expect(run.steps).toMatchObject([{ status: 'succeeded', result, startedAt: T + 5, endedAt: T + 5 }])
    expect(await store.get(run.id)).toEqual(run)
    // One transaction: both are told in one change.
    expect(changes.at(-1)?.runs.map(({ id, status }) => [id, status])).toEqual([
      [target.id, 'cancelling'],
      [run.id, 'succeeded'],
    ])
    expect(await store.claim(claimOf({ now: T + 9 }))).toEqual([])
    expect((await store.lanes()).map((lane) => lane.queued)).toEqual([0, 0, 0, 0])
    expect(await store.events(run.id, 0, 9)).toMatchObject([{ seq: 1, message: `${message}.` }])
    expect(await store.control(aRun({ idempotencyKey: 'k' }), deed, T + 6)).toEqual({ run, created: false })
  })

  test('a control run that cannot do what it is for is not stored, or as failed, and its target stays as it is', async () => {
    const { store } = await bench()
    const { run: queued } = await store.enqueue(aRun(), T)
    const deed = { runId: queued.id, request: kill, keepRefusal: false } as const
    const [before, wanted] = [await everythingAbout(store, queued.id), aRun({ op: 'kill' })]
    await expectCode(store.control(wanted, deed, T), 'CONFLICT')
    await expectCode(store.control(wanted, { ...deed, runId: 'nosuchrun' }, T), 'NOT_FOUND')
    expect(await store.get(wanted.id)).toBeNull()
    const { run } = await store.control(wanted, { ...deed, keepRefusal: true }, T)
    expect(run).toMatchObject({ status: 'failed', error: { code: 'CONFLICT', retryable: false }, steps: [{ status: 'failed' }] })
    expect(await everythingAbout(store, queued.id)).toEqual(before)
  })

  test.each([
    [
      { mode: 'kill', reason: null, signal: 'SIGINT' },
      { outcome: 'killed', cancelSignal: 'SIGINT' },
    ],
    [
      { mode: 'cancel', reason: null },
      { outcome: 'cancelled', cancelSignal: null },
    ],
  ] as const)('a worker that goes on although it was told to end loses its lease: %o', async (request, expected) => {
    const { store, started } = await bench()
    const run = await started()
    await store.cancel(run.id, request, T)
    await store.heartbeat(leaseOf(run), {}, LEASE_MS, T + 29_000)
    expect(await store.fencesDue(T + 29_999)).toEqual([])
    expect(await store.fence(run.id, run.attemptId, T + 29_999, 0)).toBeNull()
    expect(await store.fencesDue(T + 30_000)).toEqual([{ runId: run.id, attemptId: run.attemptId }])
    expect(await store.fence(run.id, 'another', T + 30_000, 0)).toBeNull()
    expect(await store.fence(run.id, run.attemptId, T + 30_000, 0)).toMatchObject({ status: 'cancelled', endedHow: 'fenced', ...expected })
    expect(await store.fencesDue(T + 1e9)).toEqual([])
    expect(await store.attempts(run.id)).toMatchObject([{ outcome: expected.outcome, how: 'fenced' }])
    for (const late of [
      store.complete(leaseOf(run), endingOf('success')),
      store.heartbeat(leaseOf(run), {}, LEASE_MS, T + 31_000),
      store.release(leaseOf(run), T + 31_000),
    ])
      await expectCode(late, 'LEASE_LOST')
  })
}
