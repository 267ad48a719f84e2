/**
 * What the SQLite store costs: `node bench/store.ts [--runs 10000] [--rounds 3]`.
 *
 * Claim and complete through the store port, batches of ten, every commit synced to the disk (FULL), against two raw limits in the same run: bare statements
 * of node:sqlite that write the same rows into the same tables, and a queue of one narrow table. The target is 0.5 of the first.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import type { NewRun } from '../src/main/runs/store-port.ts'
import { openSqliteStore } from '../src/main/store/sqlite/index.ts'
import { median } from './figures.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '3' } } })
const RUNS = Number(values.runs)
const BATCH = 10
const NOW = 1_800_000_000_000
const LEASE_MS = 60_000
const folder = mkdtempSync(join(tmpdir(), 'controlroom-bench-'))

const aRun = (n: number): NewRun => ({
  id: `run${String(n).padStart(8, '0')}`,
  title: `Run ${n}`,
  op: 'shell',
  template: null,
  params: {},
  steps: [{ op: 'shell', params: { command: 'true' } }],
  projectId: 'p1',
  provider: null,
  model: null,
  lane: 'A',
  priority: 0,
  runAt: NOW,
  maxAttempts: 1,
  maxLost: 3,
  idempotencyKey: null,
})

/** A file with `RUNS` queued runs, made by the store itself. */
async function prepare(): Promise<string> {
  const file = join(folder, 'prepared.db')
  const store = await openSqliteStore({ file })
  await store.updateLane('A', { limit: 1_000 })
  for (let n = 0; n < RUNS; n += 500) {
    await Promise.all(Array.from({ length: Math.min(500, RUNS - n) }, (_, i) => store.enqueue(aRun(n + i), NOW)))
  }
  await store.close()
  return file
}

/** Runs each second, claimed and completed. */
async function throughThePort(file: string): Promise<number> {
  const store = await openSqliteStore({ file })
  const limits = { global: 1_000, project: 1_000, provider: 1_000, projects: {} }
  let done = 0
  const startedAt = performance.now()
  for (;;) {
    const claimed = await store.claim({ workerId: 'w', instanceId: 'i', lanes: ['A'], limit: BATCH, leaseMs: LEASE_MS, limits, now: NOW })
    if (claimed.length === 0) break
    await Promise.all(
      claimed.map((run) => {
        const lease = { runId: run.id, attemptId: run.attemptId, leaseToken: run.leaseToken }
        return store.complete(lease, { outcome: 'success', error: null, now: NOW, random: 0 })
      }),
    )
    done += claimed.length
  }
  const seconds = (performance.now() - startedAt) / 1000
  await store.close()
  if (done !== RUNS) throw new Error(`${done} of ${RUNS} runs were completed`)
  return done / seconds
}

const open = (file: string): DatabaseSync => {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: true })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  return db
}
/** Claims and completes by `claim` and `complete`, each in a transaction of its own, until nothing is left. Runs each second. */
function drain(db: DatabaseSync, claim: () => string[], complete: (ids: string[]) => void): number {
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')]
  let done = 0
  const startedAt = performance.now()
  for (;;) {
    begin.run()
    const ids = claim()
    commit.run()
    if (ids.length === 0) break
    begin.run()
    complete(ids)
    commit.run()
    done += ids.length
  }
  const seconds = (performance.now() - startedAt) / 1000
  db.close()
  if (done !== RUNS) throw new Error(`${done} of ${RUNS} runs were completed`)
  return done / seconds
}

/** The rows that a claim and a completion leave, with nothing decided, checked, read back or told. */
function sameRows(file: string): number {
  const db = open(file)
  const heads = db.prepare(
    `SELECT id FROM runs INDEXED BY runs_claim WHERE status = 'queued' AND lane = 'A' AND limit_key = ? ORDER BY priority, run_at, id LIMIT ${BATCH}`,
  )
  const { key } = db.prepare('SELECT limit_key AS key FROM runs LIMIT 1').get() as { key: string }
  const take = db.prepare(
    `UPDATE runs SET status = 'running', attempt = 1, started_at = ?, message = '', last_seq = last_seq + 1, attempt_id = ? WHERE id = ?`,
  )
  const attempt = db.prepare(
    `INSERT INTO run_attempts (run_id, id, n, lease_token, worker_id, instance_id, started_at, heartbeat_at, lease_until) VALUES (?, ?, 1, ?, 'w', 'i', ?, ?, ?)`,
  )
  const event = db.prepare(
    `INSERT INTO run_events (run_id, seq, at, attempt_id, step, kind, level, message, data) VALUES (?, ?, ?, ?, NULL, ?, 'info', ?, ?)`,
  )
  const end = db.prepare(`UPDATE run_attempts SET ended_at = ?, outcome = 'success', completed = 1 WHERE run_id = ? AND id = ?`)
  const settle = db.prepare(
    `UPDATE runs SET status = 'succeeded', outcome = 'success', progress = 1, ended_at = ?, attempt_id = NULL, last_seq = last_seq + 1 WHERE id = ?`,
  )
  const steps = db.prepare(
    `UPDATE run_steps SET status = 'succeeded', outcome = 'success', ended_at = ? WHERE run_id = ? AND status IN ('pending', 'running')`,
  )
  const token = 'x'.repeat(43)
  const attemptOf = (id: string): string => `01kattempt${id.padStart(16, '0')}`
  return drain(
    db,
    () => {
      const ids = (heads.all(key) as { id: string }[]).map(({ id }) => id)
      for (const id of ids) {
        take.run(NOW, attemptOf(id), id)
        attempt.run(id, attemptOf(id), token, NOW, NOW, NOW + LEASE_MS)
        event.run(id, 2, NOW, attemptOf(id), 'attempt', 'Attempt 1 started on worker w.', '{"status":"running","attempt":1,"workerId":"w"}')
      }
      return ids
    },
    (ids) => {
      for (const id of ids) {
        end.run(NOW, id, attemptOf(id))
        settle.run(NOW, id)
        event.run(id, 3, NOW, attemptOf(id), 'run', 'Succeeded.', '{"status":"succeeded","outcome":"success"}')
        steps.run(NOW, id)
      }
    },
  )
}

/** As little as a queue can be: one table, one index, one statement for each side of a batch. */
function narrowTable(file: string): number {
  const db = open(file)
  db.exec(`CREATE TABLE jobs (id TEXT PRIMARY KEY, status TEXT NOT NULL, priority INTEGER NOT NULL) STRICT;
    CREATE INDEX jobs_queued ON jobs (priority, id) WHERE status = 'queued'; BEGIN`)
  const insert = db.prepare(`INSERT INTO jobs VALUES (?, 'queued', 0)`)
  for (let n = 0; n < RUNS; n++) insert.run(aRun(n).id)
  db.exec('COMMIT')
  const claim = db.prepare(
    `UPDATE jobs SET status = 'running' WHERE id IN (SELECT id FROM jobs WHERE status = 'queued' ORDER BY priority, id LIMIT ${BATCH}) RETURNING id`,
  )
  const complete = db.prepare(`UPDATE jobs SET status = 'done' WHERE id IN (SELECT value FROM json_each(?))`)
  return drain(
    db,
    () => (claim.all() as { id: string }[]).map(({ id }) => id),
    (ids) => void complete.run(JSON.stringify(ids)),
  )
}

try {
  const prepared = await prepare()
  const sides = { port: throughThePort, rows: sameRows, narrow: narrowTable } as const
  const names = Object.keys(sides) as (keyof typeof sides)[]
  const perSecond: Record<keyof typeof sides, number[]> = { port: [], rows: [], narrow: [] }
  const ratios: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    // Who goes first changes each round: a warm disk favours nobody.
    for (const name of round % 2 ? [...names].reverse() : names) {
      const file = join(folder, `${name}-${round}.db`)
      if (name !== 'narrow') copyFileSync(prepared, file)
      perSecond[name].push(await sides[name](file))
    }
    ratios.push(perSecond.port.at(-1)! / perSecond.rows.at(-1)!)
  }
  const shown = (name: keyof typeof sides): string => `${Math.round(median(perSecond[name]))}/s`
  console.log(
    `claim + complete, ${RUNS} runs in batches of ${BATCH}, FULL: store port ${shown('port')}, bare statements for the same rows ${shown('rows')}, one narrow table ${shown('narrow')}`,
  )
  console.log(
    `store port / bare statements for the same rows: median ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}); ` +
      `/ one narrow table: ${(median(perSecond.port) / median(perSecond.narrow)).toFixed(2)}`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
