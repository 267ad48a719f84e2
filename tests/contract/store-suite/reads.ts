import { expect, test } from 'vitest'
import type { RunQuery } from '../../../src/shared/contract/runs.ts'
import { aRun, type Bench, claimOf, endingOf, expectCode, leaseOf, T } from './harness.ts'

/** Lists, the board, and what the host asks at start. */
export const readTests = (bench: () => Promise<Bench>): void => {
  const ids = (runs: readonly { id: string }[]): string[] => runs.map((run) => run.id)

  test('a list is newest first and goes on from its cursor', async () => {
    const { store } = await bench()
    const runs = Array.from({ length: 7 }, () => aRun())
    for (const run of runs) await store.enqueue(run, T)
    const pages: string[][] = []
    let cursor: string | undefined
    do {
      const page = await store.list({ limit: 3, ...(cursor ? { cursor } : {}) })
      pages.push(ids(page.runs))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    const newest = ids(runs).reverse()
    expect(pages).toEqual([newest.slice(0, 3), newest.slice(3, 6), newest.slice(6)])
  })

  test('a list can be narrowed by every filter, and by several at once', async () => {
    const { store, started } = await bench()
    const plain = await started()
    await store.complete(leaseOf(plain), endingOf('success'))
    const { run: odd } = await store.enqueue(aRun({ lane: 'B', template: 'nightly', projectId: 'p1', title: 'Fix 100% of_bugs' }), T + 10)
    const { run: even } = await store.enqueue(aRun({ lane: 'B', projectId: 'p1', title: 'Fix 100x ofbugs' }), T + 20)
    const { run: later } = await store.enqueue(aRun({ runAt: T + 99, projectId: 'p2' }), T + 30)
    const listed = async (query: Partial<RunQuery>): Promise<string[]> => ids((await store.list({ limit: 50, ...query })).runs)

    expect(await listed({ status: 'queued' })).toEqual([even.id, odd.id])
    expect(await listed({ status: ['succeeded', 'scheduled'] })).toEqual([later.id, plain.id])
    expect(await listed({ status: ['succeeded', 'queued'], projectId: 'p1', lane: 'B' })).toEqual([even.id, odd.id])
    expect(await listed({ status: [] })).toEqual([])
    expect(await listed({ lane: 'B' })).toEqual([even.id, odd.id])
    expect(await listed({ template: 'nightly' })).toEqual([odd.id])
    expect(await listed({ projectId: 'p2' })).toEqual([later.id])
    expect(await listed({ from: T + 10, to: T + 20 })).toEqual([even.id, odd.id])
    expect(await listed({ q: '100% of_' })).toEqual([odd.id])
    expect(await listed({ q: 'FIX' })).toEqual([even.id, odd.id])
    expect(await listed({ q: 'nothing like it' })).toEqual([])
  })

  test('a list of several statuses goes on from its cursor without loss', async () => {
    const { store } = await bench()
    const runs = Array.from({ length: 12 }, (_, n) => aRun({ runAt: n % 3 === 0 ? T + 99 : T }))
    for (const run of runs) await store.enqueue(run, T)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.list({ limit: 5, status: ['queued', 'scheduled'], ...(cursor ? { cursor } : {}) })
      seen.push(...ids(page.runs))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(ids(runs).reverse())
  })

  test('a list refuses what makes no sense', async () => {
    const { store } = await bench()
    await expectCode(store.list({ limit: 0 }), 'VALIDATION_FAILED')
    await expectCode(store.list({ limit: 10, cursor: '../x' }), 'VALIDATION_FAILED')
    await expectCode(store.list({ limit: 10, status: 'sleeping' as never }), 'VALIDATION_FAILED')
  })

  test('a list leaves out parameters and steps', async () => {
    const { store } = await bench()
    const { run } = await store.enqueue(aRun(), T)
    const { params, steps, idempotencyKey, target, reconnect, ...summary } = run
    expect((await store.list({ limit: 1 })).runs).toEqual([summary])
  })

  test('the board shows what is not over, failed runs until dismissed, and what ended lately', async () => {
    const { store, started } = await bench()
    const ended = async (outcome: 'success' | 'error', now: number): Promise<string> => {
      const run = await started()
      await store.complete(leaseOf(run), endingOf(outcome, { now }))
      return run.id
    }
    const old = await ended('success', T + 1)
    const failed = await ended('error', T + 1)
    const dismissed = await ended('error', T + 1)
    await store.dismiss(dismissed, T + 2)
    const lately = await ended('success', T + 500)
    const running = (await started()).id
    const cancelling = (await started()).id
    await store.cancel(cancelling, { mode: 'cancel', reason: null }, T)
    const { run: waiting } = await store.enqueue(aRun(), T)
    const { run: later } = await store.enqueue(aRun({ runAt: T + 9_999 }), T)

    const shown = ids(await store.board(T + 100)).sort()

    expect(shown).toEqual([failed, lately, running, cancelling, waiting.id, later.id].sort())
    expect(ids(await store.board(T))).toContain(old)
  })

  test('runs are found by status, steps included', async () => {
    const { store, started } = await bench()
    const live = await started()
    const { run: waiting } = await store.enqueue(aRun(), T)
    expect(await store.withStatus(['running', 'queued'])).toMatchObject([{ id: live.id, steps: [{ op: 'shell' }] }, { id: waiting.id }])
    expect((await store.withStatus(['running', 'queued'], true)).map(({ id }) => id)).toEqual([live.id])
    expect(await store.withStatus(['failed'])).toEqual([])
    expect(await store.withStatus([])).toEqual([])
  })

  test('what was written is seen by the next read', async () => {
    const { store } = await bench()
    for (let n = 0; n < 50; n++) {
      const { run } = await store.enqueue(aRun({ projectId: 'p' }), T)
      expect(await store.get(run.id)).not.toBeNull()
    }
    await store.claim(claimOf({ limit: 20 }))
    expect((await store.list({ limit: 100, status: 'running' })).runs).toHaveLength(20)
  })
}
