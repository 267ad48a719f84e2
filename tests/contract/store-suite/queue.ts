import { expect, test } from 'vitest'
import { aRun, type Bench, claimOf, endingOf, leaseOf, T } from './harness.ts'

/** Enqueue and claim: order, limits, schedules, idempotency. */
export const queueTests = (bench: () => Promise<Bench>): void => {
  const ids = (runs: readonly { id: string }[]): string[] => runs.map((run) => run.id)

  test('a new run is queued, with its steps pending and its parameters kept', async () => {
    const { store } = await bench()
    const wanted = aRun({
      steps: [{ op: 'shell', params: { command: 'ls' }, name: 'List', continueOnError: true, timeouts: { hardMs: 5_000 } }],
    })

    const { run, created } = await store.enqueue(wanted, T)

    expect(created).toBe(true)
    expect(run).toMatchObject({
      id: wanted.id,
      status: 'queued',
      attempt: 0,
      progress: -1,
      outcome: null,
      endedAt: null,
      params: { branch: 'main' },
    })
    expect(run.steps).toMatchObject([
      { index: 0, op: 'shell', name: 'List', status: 'pending', continueOnError: true, timeouts: { hardMs: 5_000 } },
    ])
    expect(await store.get(wanted.id)).toEqual(run)
  })

  test('a step without a name is called by its op', async () => {
    const { store } = await bench()
    const { run } = await store.enqueue(aRun(), T)
    expect(run.steps[0]).toMatchObject({ name: 'shell', timeouts: null, continueOnError: false })
  })

  test('a known idempotency key returns the run that exists', async () => {
    const { store } = await bench()
    const first = await store.enqueue(aRun({ idempotencyKey: 'nightly' }), T)
    const second = await store.enqueue(aRun({ idempotencyKey: 'nightly', title: 'Another' }), T + 5)
    expect(second).toEqual({ run: first.run, created: false })
    expect((await store.list({ limit: 10 })).runs).toHaveLength(1)
  })

  test('a run is found by its idempotency key', async () => {
    const { store } = await bench()
    const { run } = await store.enqueue(aRun({ idempotencyKey: 'nightly' }), T)
    await store.enqueue(aRun(), T)
    expect(await store.byKey('nightly')).toEqual(run)
    expect(await store.byKey('weekly')).toBeNull()
  })

  test('the same run enqueued twice is stored once', async () => {
    const { store } = await bench()
    const wanted = aRun()
    await store.enqueue(wanted, T)
    expect(await store.enqueue(wanted, T)).toMatchObject({ created: false })
  })

  test('a claim starts the attempt and hands out the run with its lease', async () => {
    const { store } = await bench()
    const { run } = await store.enqueue(aRun(), T)

    const [claimed] = await store.claim(claimOf({ workerId: 'w7', instanceId: 'i7', now: T + 10, leaseMs: 5_000 }))

    expect(claimed).toMatchObject({
      id: run.id,
      status: 'running',
      attempt: 1,
      startedAt: T + 10,
      heartbeatAt: T + 10,
      leaseUntil: T + 5_010,
    })
    expect(claimed!.steps).toHaveLength(1)
    const [attempt] = await store.attempts(run.id)
    expect(attempt).toEqual({
      id: claimed!.attemptId,
      runId: run.id,
      n: 1,
      workerId: 'w7',
      instanceId: 'i7',
      startedAt: T + 10,
      heartbeatAt: T + 10,
      leaseUntil: T + 5_010,
      endedAt: null,
      outcome: null,
      how: null,
      error: null,
    })
  })

  test('runs are claimed by priority, then time, then id', async () => {
    const { store } = await bench()
    const late = aRun({ priority: 0, runAt: T - 1 })
    const [b, a] = [aRun({ priority: 1, runAt: T - 5 }), aRun({ priority: 1, runAt: T - 5 })]
    const early = aRun({ priority: 1, runAt: T - 9 })
    const urgent = aRun({ priority: -3 })
    for (const run of [late, a, b, early, urgent]) await store.enqueue(run, T)
    expect(ids(await store.claim(claimOf()))).toEqual(ids([urgent, late, early, b, a]))
  })

  test('the order holds across projects, providers and lanes', async () => {
    const { store } = await bench()
    const runs = [
      aRun({ priority: 3, projectId: 'p1' }),
      aRun({ priority: 2, projectId: 'p2', lane: 'B' }),
      aRun({ priority: 1, projectId: 'p1', provider: 'x', lane: 'C' }),
      aRun({ priority: 0, projectId: 'p1' }),
    ]
    for (const run of runs) await store.enqueue(run, T)
    expect(ids(await store.claim(claimOf({ limit: 3 })))).toEqual(ids([runs[3]!, runs[2]!, runs[1]!]))
  })

  test('a claim takes only from the lanes it names and no more than its limit', async () => {
    const { store } = await bench()
    for (const lane of ['A', 'B', 'B', 'B'] as const) await store.enqueue(aRun({ lane }), T)
    expect(await store.claim(claimOf({ lanes: ['B', 'C', 'B'], limit: 2 }))).toHaveLength(2)
    expect(await store.claim(claimOf({ lanes: ['B', 'C'] }))).toHaveLength(1)
    expect(await store.claim(claimOf({ lanes: ['B', 'C'] }))).toHaveLength(0)
  })

  test('a run for later is scheduled and claimed once its time has come', async () => {
    const { store } = await bench()
    const { run } = await store.enqueue(aRun({ runAt: T + 500 }), T)
    expect(run.status).toBe('scheduled')
    expect(await store.claim(claimOf({ now: T + 499 }))).toEqual([])
    expect(ids(await store.claim(claimOf({ now: T + 500 })))).toEqual([run.id])
  })

  test('the global limit, the lane limit and the pause switch hold', async () => {
    const { store } = await bench()
    for (const lane of ['A', 'A', 'A', 'B', 'B', 'B'] as const) await store.enqueue(aRun({ lane }), T)
    await store.updateLane('A', { limit: 1 })
    await store.updateLane('B', { paused: true })

    expect((await store.claim(claimOf())).map((run) => run.lane)).toEqual(['A'])
    await store.updateLane('B', { paused: false })
    const limits = { global: 3, project: 9, provider: 9, projects: {} }
    expect((await store.claim(claimOf({ limits }))).map((run) => run.lane)).toEqual(['B', 'B'])
    expect(await store.claim(claimOf({ limits }))).toEqual([])
    expect(await store.claim(claimOf({ limits: { ...limits, global: 0 } }))).toEqual([])
  })

  test('a full project holds back its own runs only, whatever their priority', async () => {
    const { store } = await bench()
    const limits = { global: 9, project: 2, provider: 9, projects: { small: 1 } }
    for (let n = 0; n < 4; n++) await store.enqueue(aRun({ projectId: 'small', priority: -5 }), T)
    for (let n = 0; n < 4; n++) await store.enqueue(aRun({ projectId: 'other' }), T)
    await store.enqueue(aRun({ priority: 9 }), T)

    const claimed = await store.claim(claimOf({ limits }))

    expect(claimed.map((run) => run.projectId)).toEqual(['small', 'other', 'other', null])
    await store.complete(leaseOf(claimed[0]!), endingOf('success'))
    expect((await store.claim(claimOf({ limits }))).map((run) => run.projectId)).toEqual(['small'])
  })

  test('a model provider has its limit across projects; runs without one are free of it', async () => {
    const { store } = await bench()
    const limits = { global: 9, project: 9, provider: 2, projects: {} }
    for (const projectId of ['p1', 'p2', 'p3']) await store.enqueue(aRun({ projectId, provider: 'anthropic' }), T)
    await store.enqueue(aRun({ projectId: 'p1', provider: 'a/b' }), T)
    await store.enqueue(aRun({ projectId: 'p1' }), T)
    expect((await store.claim(claimOf({ limits }))).map((run) => run.projectId)).toEqual(['p1', 'p2', 'p1', 'p1'])
  })

  test('a run that is being cancelled still holds its place', async () => {
    const { store, started } = await bench()
    const limits = { global: 1, project: 9, provider: 9, projects: {} }
    const run = await started()
    await store.enqueue(aRun(), T)
    await store.cancel(run.id, { mode: 'cancel', reason: null }, T)
    expect(await store.claim(claimOf({ limits }))).toEqual([])
  })

  test('several clients that claim at once never get the same run', async () => {
    const { store, subject } = await bench()
    const all = Array.from({ length: 200 }, () => aRun())
    await Promise.all(all.map((run) => store.enqueue(run, T)))
    const clients = [store, await subject.connect(), await subject.connect(), await subject.connect()]

    const taken = await Promise.all(
      clients.flatMap((client, index) =>
        Array.from({ length: 30 }, () => client.claim(claimOf({ workerId: `w${index}`, instanceId: `i${index}`, limit: 2 }))),
      ),
    )

    expect(
      taken
        .flat()
        .map((run) => run.id)
        .sort(),
    ).toEqual(ids(all).sort())
    expect(new Set(taken.flat().map((run) => run.leaseToken)).size).toBe(200)
  })

  test('lanes count what waits and what holds a place, and since when the oldest waits', async () => {
    const { store, started } = await bench()
    const running = await started()
    await store.enqueue(aRun({ runAt: T + 10_000 }), T)
    await store.enqueue(aRun(), T + 40)
    const moved = await store.enqueue(aRun(), T + 20)
    const laneA = async () => (await store.lanes()).find((lane) => lane.name === 'A')

    expect(await laneA()).toEqual({ name: 'A', limit: 1_000, paused: false, queued: 2, running: 1, oldestQueuedAt: T + 20 })
    await store.move(moved.run.id, { lane: 'B' }, T + 50)
    expect(await laneA()).toMatchObject({ queued: 1, running: 1, oldestQueuedAt: T + 40 })
    expect((await store.lanes()).map((lane) => [lane.name, lane.queued])).toEqual([
      ['A', 1],
      ['B', 1],
      ['C', 0],
      ['D', 0],
    ])
    await store.release(leaseOf(running), T + 60)
    expect(await laneA()).toMatchObject({ queued: 2, running: 0 })
  })
}
