import { expect, test } from 'vitest'
import type { Connection } from '../../../src/main/store/sqlite/connection.ts'
import { aRun, claimOf, endingOf, leaseOf, T } from '../../contract/store-suite/harness.ts'
import { type InProcessStore, openInProcess } from './in-process-store.ts'

/** Live runs, their running steps and undismissed failures are few and have indexes of their own: walking through all of them is meant. */
const MEANT =
  /^SCAN (runs USING INDEX runs_live|runs USING COVERING INDEX runs_failed|run_attempts USING INDEX run_attempts_lease|s USING INDEX run_steps_running|lanes|json_each|\(subquery)/

/** Steps of SQLite's plan that cost more the more there is: scans of whole tables and sorts. Statements that were run so far. */
const expensiveSteps = (db: Connection): string[] =>
  db
    .statements()
    .filter((sql) => /^(SELECT|INSERT|UPDATE|DELETE)\b/.test(sql) && !sql.includes('sqlite_schema') && !sql.includes('pragma_'))
    .flatMap((sql) => {
      const values = Array.from(sql.matchAll(/\?/g), () => null)
      const plan = db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)
      return plan
        .map((step) => step.detail)
        .filter((detail) => (detail.startsWith('SCAN') || detail.includes('TEMP B-TREE')) && !MEANT.test(detail))
        .map((detail) => `${detail} <- ${sql.replaceAll(/\s+/g, ' ')}`)
    })

/** Does everything a worker and a person can do to runs. */
const doEverything = async ({ store }: InProcessStore): Promise<void> => {
  await store.updateLane('A', { limit: 100 })
  for (let n = 0; n < 12; n++) {
    const runAt = n % 4 === 0 ? T + 5 : T
    await store.enqueue(aRun({ projectId: `p${n % 3}`, provider: n % 2 ? 'x' : null, maxAttempts: 2, runAt, idempotencyKey: `k${n}` }), T)
  }
  const [a, b, c, d, e] = await store.claim(claimOf({ now: T + 5, instanceId: 'i1' }))
  await store.heartbeat(leaseOf(a!), { progress: 0.2, message: 'x' }, 1_000, T)
  await store.updateStep(leaseOf(a!), 0, { status: 'running', startedAt: T, warningAt: T, timeoutAt: T + 9 }, T)
  await store.dueSteps(T)
  await store.markStep(a!.id, 0, a!.attemptId, 'warning', T)
  await store.waitLonger(a!.id, 1_000, T)
  await store.updateRun(leaseOf(a!), { sessionId: 's', addCost: 1, attention: 'question' }, T)
  await store.appendEvents(a!.id, leaseOf(a!), [{ at: T, kind: 'log', level: 'info', message: '', data: null, step: null }])
  await store.complete(leaseOf(a!), endingOf('success'))
  await store.complete(leaseOf(a!), endingOf('success'))
  await store.complete(leaseOf(b!), endingOf('error'))
  await store.release(leaseOf(c!), T)
  await store.control(aRun(), { runId: d!.id, request: { mode: 'cancel', reason: null }, keepRefusal: true }, T)
  await store.fencesDue(T)
  await store.fence(d!.id, d!.attemptId, T + 1e6, 0)
  await store.complete(leaseOf(e!), endingOf('validation_failed'))
  await store.dismiss(e!.id, T)
  await store.retry(e!.id, null, T)
  await store.move(e!.id, { lane: 'B' }, T)
  await store.resume(a!.id, { op: 'agent', params: {} }, T)
  await store.rescue(['i1'], T)
  await store.claim(claimOf())
  await store.sweep(T + 1e9, 0)
  await store.updateLane('A', { limit: 3 })
  const [f] = await store.claim(claimOf({ limit: 1, now: T + 1e9 }))
  const build = { version: '1', contentHash: 'a' }
  const wanted = { workerId: 'w', oldBuild: build, expectedBuild: build, oldInstanceId: 'i', oldStartedAt: T, deadline: T, seenAt: null }
  await store.awaitReconnect(leaseOf(f!), wanted, T)
  await store.reconnectsDue(T)
  await store.reconnected('w', { instanceId: 'j', build, startedAt: T }, T)
}

test('no write of the queue scans a table or sorts', async () => {
  const opened = openInProcess()
  await doEverything(opened)
  expect(opened.db.statements().length).toBeGreaterThan(30)
  expect(expensiveSteps(opened.db)).toEqual([])
  opened.db.close()
})

test('reads of a run and the board go through an index', async () => {
  const opened = openInProcess()
  const { store, db } = opened
  await store.get('x')
  await store.byKey('x')
  await store.attempts('x')
  await store.events('x', 0, 10)
  await store.lanes()
  await store.board(T)
  expect(expensiveSteps(db)).toEqual([])
  const board = db.statements().find((sql) => sql.includes('UNION ALL'))!
  const plan = db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${board}`, null).map((step) => step.detail)
  expect(plan.filter((detail) => detail.includes(' runs ')).map((detail) => detail.match(/runs_\w+/)?.[0])).toEqual([
    'runs_status',
    'runs_failed',
    'runs_ended',
  ])
  db.close()
})

test('a list walks an index from its newest end and stops when the page is full', async () => {
  const opened = openInProcess()
  const { store, db } = opened
  await store.list({ limit: 10 })
  await store.list({ limit: 10, q: 'x', from: T, to: T, cursor: 'a' })
  await store.list({ limit: 10, status: ['queued', 'running'], cursor: 'a' })
  await store.list({ limit: 10, lane: 'A' })
  await store.list({ limit: 10, projectId: 'p' })
  await store.list({ limit: 10, template: 't', status: 'failed' })
  const inOrder = /^SCAN runs USING (COVERING )?INDEX sqlite_autoindex_runs_1/
  expect(expensiveSteps(db).filter((step) => !inOrder.test(step))).toEqual([])
  db.close()
})
