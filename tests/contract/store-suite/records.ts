import { expect, test } from 'vitest'
import type { EventDraft, StepPatch } from '../../../src/main/runs/store-port.ts'
import { aRun, type Bench, claimOf, endingOf, expectCode, LEASE_MS, leaseOf, T } from './harness.ts'

const line = (message: string, more: Partial<EventDraft> = {}): EventDraft => ({
  at: T,
  kind: 'log',
  level: 'info',
  message,
  data: null,
  step: null,
  ...more,
})

/** What is written about a run while it goes on: patches, steps, events, instances, operations. */
export const recordTests = (bench: () => Promise<Bench>): void => {
  test('progress never falls, never goes back to unknown, and is 1 only on success', async () => {
    const { store, started } = await bench()
    const run = await started()
    const seen: number[] = []
    for (const progress of [0.2, 0.1, -1, 0.5, 1, 0.9]) {
      await store.updateRun(leaseOf(run), { progress }, T)
      seen.push((await store.get(run.id))!.progress)
    }
    expect(seen).toEqual([0.2, 0.2, 0.2, 0.5, 0.99, 0.99])
    await store.heartbeat(leaseOf(run), { progress: 0.3 }, LEASE_MS, T)
    expect(await store.get(run.id)).toMatchObject({ progress: 0.99 })
    expect(await store.complete(leaseOf(run), endingOf('error'))).toMatchObject({ status: 'failed', progress: 0.99 })
  })

  test('costs add up and what a patch leaves out stays', async () => {
    const { store, started } = await bench()
    const run = await started()
    await store.updateRun(leaseOf(run), { addCost: 0.25, message: 'thinking', attention: 'permission' }, T)
    await store.updateRun(leaseOf(run), { addCost: 0.5, sessionId: 'ses_1' }, T)
    expect(await store.get(run.id)).toMatchObject({
      cost: 0.75,
      message: 'thinking',
      attention: 'permission',
      sessionId: 'ses_1',
      worktreeId: null,
    })
    await store.updateRun(leaseOf(run), { attention: null, worktreeId: 'task-1' }, T)
    expect(await store.get(run.id)).toMatchObject({ attention: null, worktreeId: 'task-1' })
  })

  test('a step keeps what its worker says of it', async () => {
    const { store, started } = await bench()
    const run = await started()
    const patch: StepPatch = {
      status: 'failed',
      outcome: 'timed_out',
      startedAt: T,
      endedAt: T + 9,
      warningAt: T + 3,
      timeoutAt: T + 8,
      timeoutStatus: 'timed_out',
      error: { code: 'SLOW', message: 'too slow', data: { ms: 9 } },
      result: ['a', null, { b: 1 }],
    }
    await store.updateStep(leaseOf(run), 0, patch, T)
    expect((await store.get(run.id))?.steps[0]).toMatchObject(patch)
    await store.updateStep(leaseOf(run), 0, { timeoutAt: null, result: null }, T)
    expect((await store.get(run.id))?.steps[0]).toMatchObject({ ...patch, timeoutAt: null, result: null })
    await expectCode(store.updateStep(leaseOf(run), 1, { status: 'running' }, T), 'NOT_FOUND')
  })

  test('events are numbered from 1 without gaps, whoever writes them', async () => {
    const { store, started } = await bench()
    const run = await started()
    const lease = leaseOf(run)
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.appendEvents(run.id, n % 2 ? lease : null, [
          line(`${n}a`),
          line(`${n}b`, { kind: 'tool', data: { n }, step: 0, level: 'warn' }),
        ]),
      ),
    )
    await store.appendEvents(run.id, { ...lease, leaseToken: 'x' }, [line('refused')]).catch(() => {})
    await store.complete(lease, endingOf('success'))

    const events = await store.events(run.id, 0, 1_000)

    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
    expect(events.map((event) => event.message)).not.toContain('refused')
    expect(events.find((event) => event.message === '3b')).toMatchObject({
      at: T,
      attemptId: run.attemptId,
      kind: 'tool',
      level: 'warn',
      data: { n: 3 },
      step: 0,
    })
    expect(events.find((event) => event.message === '4a')).toMatchObject({ attemptId: null, data: null })
  })

  test('events are read in pages', async () => {
    const { store, started } = await bench()
    const run = await started()
    const written = await store.appendEvents(run.id, leaseOf(run), [line('one'), line('two'), line('three')])
    const { seq } = written[0]!
    expect(await store.events(run.id, seq, 1)).toEqual([written[1]])
    expect(await store.events(run.id, seq + 1, 10)).toEqual([written[2]])
    expect(await store.events(run.id, seq + 2, 10)).toEqual([])
    expect(await store.appendEvents(run.id, null, [])).toEqual([])
  })

  test('the log of a run tells its story', async () => {
    const { store, started } = await bench()
    const first = await started({ maxAttempts: 2 })
    await store.sweep(T + LEASE_MS, 0)
    const [second] = await store.claim(claimOf({ workerId: 'worker-2', now: T + LEASE_MS }))
    await store.complete(leaseOf(second!), endingOf('error', { now: T + LEASE_MS }))
    const [third] = await store.claim(claimOf({ now: T + 2 * LEASE_MS }))
    await store.release(leaseOf(third!), T + 2 * LEASE_MS)
    await store.cancel(first.id, { mode: 'cancel', reason: 'enough' }, T + 2 * LEASE_MS)
    await store.retry(first.id, null, T + 2 * LEASE_MS)
    const [last] = await store.claim(claimOf({ now: T + 3 * LEASE_MS }))
    await store.complete(leaseOf(last!), endingOf('success'))

    const events = await store.events(first.id, 0, 100)

    expect(events.map((event) => `${event.kind}: ${event.message}`)).toEqual([
      'run: Queued in lane A.',
      'attempt: Attempt 1 started on worker worker-1.',
      'attempt: Attempt 1 was lost: its worker gave no sign of life.',
      'run: Queued again: 1 of 3 lost workers.',
      'attempt: Attempt 2 started on worker worker-2.',
      'attempt: Attempt 2 ended: it broke',
      'run: Tried again: attempt 2 of 2 in 1 s.',
      'run: Its time has come: queued in lane A.',
      'attempt: Attempt 3 started on worker worker-1.',
      'attempt: Attempt 3 was handed back by its worker and is not counted.',
      'run: Queued again in lane A.',
      'run: Cancelled while it waited: enough.',
      'run: Retried by hand. Queued in lane A.',
      'attempt: Attempt 3 started on worker worker-1.',
      'run: Succeeded.',
    ])
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
  })

  test('instances are kept by their id', async () => {
    const { store } = await bench()
    const instance = {
      instanceId: 'i1',
      workerId: 'local',
      pid: 42,
      processStartedAt: '9001',
      host: 'here',
      build: { version: '1.2.0', contentHash: 'abc' },
      startedAt: T,
      seenAt: T,
      stoppedAt: null,
    }
    const other = { ...instance, instanceId: 'i0', startedAt: T + 1, processStartedAt: null, build: null }
    await store.saveInstance(instance)
    await store.saveInstance(other)
    await store.saveInstance({ ...instance, seenAt: T + 50, stoppedAt: T + 50 })
    expect(await store.instances()).toEqual([{ ...instance, seenAt: T + 50, stoppedAt: T + 50 }, other])
  })

  test('operations without a run are kept, oldest start first', async () => {
    const { store } = await bench()
    const operation = {
      id: 'op2',
      name: 'Pull',
      category: 'command',
      state: 'active',
      startedAt: T,
      endedAt: null,
      progress: -1,
      message: '',
      cancellable: true,
      error: null,
      retryOf: null,
      runId: null,
      parentId: null,
      canRetry: true,
      inHistory: false,
    } as const
    const failed = { ...operation, state: 'failed', endedAt: T + 1, error: { code: 'X', message: 'x' } } as const
    await store.saveOperation(operation)
    await store.saveOperation({ ...operation, id: 'op1', startedAt: T - 1 })
    await store.saveOperation({ ...operation, id: 'op3', startedAt: T - 2 })
    await store.saveOperation(failed)
    await store.deleteOperations(['op3', 'unknown'])
    expect(await store.loadOperations()).toEqual([{ ...operation, id: 'op1', startedAt: T - 1 }, failed])
  })

  test('a run keeps every kind of text and number', async () => {
    const { store } = await bench()
    const params = { text: 'ä\u0000"\'\\\n😀', deep: { list: [1.5, -0.1, true, null, {}] }, big: 9_007_199_254_740_991 }
    const wanted = aRun({ title: `'; DROP TABLE runs; --`, params, steps: [{ op: 'shell', params: { command: 'x'.repeat(300_000) } }] })
    await store.enqueue(wanted, T)
    const run = await store.get(wanted.id)
    expect(run).toMatchObject({ title: wanted.title, params })
    expect(run?.steps[0]?.params).toEqual(wanted.steps[0]!.params)
  })
}
