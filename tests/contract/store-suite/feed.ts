import { expect, test } from 'vitest'
import { aRun, type Bench, claimOf, endingOf, expectCode, LEASE_MS, leaseOf, T } from './harness.ts'

/** What listeners hear, and when. */
export const feedTests = (bench: () => Promise<Bench>): void => {
  test('a listener hears of a change before the call that made it returns', async () => {
    const { store, changes } = await bench()
    const { run } = await store.enqueue(aRun(), T)
    expect(changes).toHaveLength(1)
    const [change] = changes
    expect(change!.runs).toMatchObject([{ id: run.id, status: 'queued' }])
    expect(change!.lanes).toMatchObject([{ name: 'A', queued: 1, running: 0, oldestQueuedAt: T }])
    expect(change!.events).toMatchObject([{ runId: run.id, events: [{ seq: 1, kind: 'run' }] }])
  })

  test('each call makes one change with whole rows, in the order of the commits', async () => {
    const { store, changes } = await bench()
    const { run } = await store.enqueue(aRun({ maxAttempts: 2 }), T)
    const [claimed] = await store.claim(claimOf())
    const lease = leaseOf(claimed!)
    await Promise.all([
      store.updateRun(lease, { progress: 0.25, message: 'a quarter' }, T),
      store.heartbeat(lease, {}, LEASE_MS, T + 5),
      store.appendEvents(run.id, lease, [{ at: T, kind: 'log', level: 'info', message: 'hello', data: null, step: null }]),
      store.cancel(run.id, { mode: 'cancel', reason: null }, T + 6),
      store.complete(lease, endingOf('cancelled')),
    ])
    expect(
      changes.map(({ runs, lanes, events }) => [
        runs.map((row) => row.status),
        lanes.length,
        events.flatMap((entry) => entry.events.length),
      ]),
    ).toEqual([
      [['queued'], 1, [1]],
      [['running'], 1, [1]],
      [['running'], 0, []],
      [['running'], 0, []],
      [[], 0, [1]],
      [['cancelling'], 1, [1]],
      [['cancelled'], 1, [1]],
    ])
    const summary = await store.list({ limit: 1 })
    expect(changes.at(-1)!.runs).toEqual(summary.runs)
    expect(changes.at(-1)!.lanes).toEqual((await store.lanes()).filter((lane) => lane.name === 'A'))
    expect(changes[3]!.runs[0]).toMatchObject({ progress: 0.25, heartbeatAt: T + 5 })
  })

  test('a claim tells of every run it took and every run whose time had come', async () => {
    const { store, changes } = await bench()
    const { run: first } = await store.enqueue(aRun(), T)
    const { run: due } = await store.enqueue(aRun({ lane: 'B', runAt: T + 5 }), T)
    changes.length = 0
    await store.claim(claimOf({ lanes: ['A'], now: T + 5 }))
    expect(changes).toHaveLength(1)
    expect(changes[0]!.runs.map((run) => [run.id, run.status]).sort()).toEqual(
      [
        [first.id, 'running'],
        [due.id, 'queued'],
      ].sort(),
    )
    expect(changes[0]!.lanes.map((lane) => [lane.name, lane.queued, lane.running])).toEqual([
      ['A', 0, 1],
      ['B', 1, 0],
    ])
  })

  test('what changes nothing is not told', async () => {
    const { store, changes, started } = await bench()
    const run = await started()
    await store.complete(leaseOf(run), endingOf('success'))
    changes.length = 0
    await store.claim(claimOf())
    await store.sweep(T, 0)
    await store.rescue(['nobody'], T)
    await store.complete(leaseOf(run), endingOf('success'))
    await expectCode(store.cancel(run.id, { mode: 'cancel', reason: null }, T), 'CONFLICT')
    expect(changes).toEqual([])
  })

  test('a change is frozen, all the way down', async () => {
    const { store, changes } = await bench()
    const { run } = await store.enqueue(aRun(), T)
    const [change] = changes
    expect(() => Object.assign(change!.runs[0]!, { title: 'mine' })).toThrow(TypeError)
    expect(() => (change!.events[0]!.events as unknown[]).push(1)).toThrow(TypeError)
    expect(await store.get(run.id)).toMatchObject({ title: run.title })
  })

  test('a listener may use the store while it is told, over any line, and finds there at least what it was told of', async () => {
    const { store, subject } = await bench()
    const other = await subject.connect()
    const found: unknown[] = []
    const asked: Promise<void>[] = []
    let inside = false
    store.subscribe((change) => {
      // Never in the middle of a call of somebody's, and nothing of the store waits for what is asked here.
      expect(inside).toBe(false)
      const [told] = change.runs
      if (!told) return
      const ask = async (): Promise<void> => {
        const [stored, lanes, events] = await Promise.all([store.get(told.id), store.lanes(), store.events(told.id, 0, 100)])
        const lane = lanes.find(({ name }) => name === told.lane)!
        found.push([told.status, stored!.status, lane.queued + lane.running > 0 || stored!.endedAt !== null, events.length > 0])
        if (told.status !== 'queued') return
        const [claimed] = await other.claim(claimOf({ limit: 1 }))
        if (claimed) await other.complete(leaseOf(claimed), endingOf('success'))
      }
      asked.push(ask())
    })
    inside = true
    const enqueued = store.enqueue(aRun(), T)
    inside = false
    await enqueued
    while (asked.length > 0) await asked.shift()
    const { runs } = await store.list({ limit: 10 })
    expect(runs.map(({ status }) => status)).toEqual(['succeeded'])
    const order = ['queued', 'running', 'succeeded']
    expect(found.length).toBeGreaterThanOrEqual(1)
    for (const [told, stored, counted, noted] of found as [string, string, boolean, boolean][]) {
      expect([order.indexOf(stored) >= order.indexOf(told), counted, noted]).toEqual([true, true, true])
    }
  })

  test('what a listener is told is whole: the run, its lane and its events belong to one moment', async () => {
    const { store, changes } = await bench()
    await Promise.all(Array.from({ length: 20 }, () => store.enqueue(aRun(), T)))
    const queued = changes.map(({ runs, lanes, events }) => [runs.length, events.length, lanes[0]?.queued])
    expect(queued).toEqual(Array.from({ length: 20 }, (_, i) => [1, 1, i + 1]))
  })

  test('what a call returns is the caller’s own copy', async () => {
    const { store } = await bench()
    const wanted = aRun()
    const { run } = await store.enqueue(wanted, T)
    Object.assign(run.params, { branch: 'mine' })
    Object.assign(wanted.params, { branch: 'mine too' })
    expect(await store.get(run.id)).toMatchObject({ params: { branch: 'main' } })
  })

  test('a listener that throws harms neither the others nor the call', async () => {
    const { store, changes } = await bench()
    let heard = 0
    store.subscribe(() => {
      throw new Error('my own trouble')
    })
    const leave = store.subscribe(() => {
      heard += 1
    })
    await store.enqueue(aRun(), T)
    expect([changes.length, heard]).toEqual([1, 1])
    leave()
    await store.enqueue(aRun(), T)
    expect([changes.length, heard]).toEqual([2, 1])
  })

  test('one refused call among many changes nothing and harms no other', async () => {
    const { store, started } = await bench()
    const run = await started()
    const wanted = Array.from({ length: 10 }, () => aRun())
    const results = await Promise.allSettled([
      ...wanted.slice(0, 5).map((entry) => store.enqueue(entry, T)),
      store.updateStep(leaseOf(run), 7, { status: 'running' }, T),
      store.heartbeat({ ...leaseOf(run), leaseToken: 'x' }, {}, LEASE_MS, T),
      ...wanted.slice(5).map((entry) => store.enqueue(entry, T)),
    ])
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(2)
    expect((await store.list({ limit: 100, status: 'queued' })).runs).toHaveLength(10)
  })

  test('a closed store refuses calls', async () => {
    const { store } = await bench()
    await store.close()
    await expectCode(store.enqueue(aRun(), T), 'STORE_UNAVAILABLE')
    await expectCode(store.lanes(), 'STORE_UNAVAILABLE')
    await store.close()
  })
}
