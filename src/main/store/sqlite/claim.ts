import { randomBytes } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { ClaimedRun, LaneName } from '../../../shared/models/index.ts'
import { type Admission, admit, clockOfClaim, decideClaim, decidePromote, type LiveCount } from '../../runs/for-store.ts'
import type { ClaimRequest } from '../../runs/store-port.ts'
import { applyTransition } from './apply.ts'
import type { Connection } from './connection.ts'
import { readLanes } from './lanes.ts'
import { requireRecord, toRun } from './run-record.ts'
import { readSteps, saveStep } from './steps.ts'
import type { WriteContext } from './write-context.ts'

/** Ids of attempts, in the order of their making. Made here, because the platform room would bring the logger into this thread. */
const nextId = monotonicFactory()

/** Due runs promoted by one claim; more wait for the next, so that a burst never holds the writer for long. */
const PROMOTED_AT_ONCE = 500

/** The first run in line of one limit key in one lane. */
interface Head {
  readonly id: string
  readonly lane: LaneName
  readonly limitKey: string
  readonly priority: number
  readonly runAt: number
}

// Each index is named: without statistics the planner would take one by status alone and sort everything that waits.
const HEAD = `SELECT id, lane, limit_key AS limitKey, priority, run_at AS runAt FROM runs INDEXED BY runs_claim WHERE status = 'queued' AND lane = ?`
const NEXT_KEY = `${HEAD} AND limit_key > ? ORDER BY limit_key, priority, run_at, id LIMIT 1`
const SAME_KEY = `${HEAD} AND limit_key = ? ORDER BY priority, run_at, id LIMIT 1`
const DUE = `SELECT id FROM runs INDEXED BY runs_due WHERE status = 'scheduled' AND run_at <= ? ORDER BY run_at, id LIMIT ${PROMOTED_AT_ONCE}`
const LIVE =
  'SELECT lane, limit_key AS limitKey, count(*) AS count FROM runs INDEXED BY runs_live WHERE attempt_id IS NOT NULL GROUP BY lane, limit_key'

const promoteDue = (context: WriteContext, now: number): void => {
  for (const { id } of context.db.all<{ id: string }>(DUE, now)) {
    const record = requireRecord(context.db, id)
    applyTransition(context, record, decidePromote(record), { now })
  }
}

/** Jumps from key to key through the index: a key without room costs one jump, however many runs wait behind it. */
const headsWithRoom = (db: Connection, lanes: readonly LaneName[], admission: Admission): Head[] => {
  const heads: Head[] = []
  for (const lane of new Set(lanes)) {
    if (!admission.hasRoom(lane)) continue
    let head = db.one<Head>(NEXT_KEY, lane, '')
    while (head) {
      if (admission.admits(lane, head.limitKey)) heads.push(head)
      head = db.one<Head>(NEXT_KEY, lane, head.limitKey)
    }
  }
  return heads
}

const isBefore = (a: Head, b: Head): boolean =>
  a.priority !== b.priority ? a.priority < b.priority : a.runAt !== b.runAt ? a.runAt < b.runAt : a.id < b.id

/** Takes the first of all heads that still have room; the next in line of its key takes its place. */
const takeFirst = (db: Connection, heads: Head[], admission: Admission, start: (head: Head) => void): boolean => {
  let first = -1
  for (const [index, head] of heads.entries()) {
    if (admission.admits(head.lane, head.limitKey) && (first < 0 || isBefore(head, heads[first]!))) first = index
  }
  if (first < 0) return false
  const head = heads[first]!
  admission.take(head.lane, head.limitKey)
  start(head)
  const next = db.one<Head>(SAME_KEY, head.lane, head.limitKey)
  if (next) heads[first] = next
  else heads.splice(first, 1)
  return true
}

const startAttempt = (context: WriteContext, runId: string, request: ClaimRequest): ClaimedRun => {
  const { workerId, instanceId, now } = request
  const record = requireRecord(context.db, runId)
  const attemptId = nextId(now).toLowerCase()
  const leaseToken = randomBytes(32).toString('base64url')
  const leaseUntil = now + request.leaseMs
  const transition = decideClaim(record, workerId, now)
  const next = applyTransition(context, record, transition, { now }, { attemptId })
  context.db.run(
    `INSERT INTO run_attempts (run_id, id, n, lease_token, worker_id, instance_id, started_at, heartbeat_at, lease_until)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[runId, attemptId, next.attempt, leaseToken, workerId, instanceId, now, now, leaseUntil],
  )
  const clock = request.timeouts ? clockOfClaim(readSteps(context.db, runId), request.timeouts, now) : null
  if (clock) saveStep(context.db, runId, clock.index, { ...clock.patch, timedFrom: now })
  return { ...toRun(next, readSteps(context.db, runId)), attemptId, leaseToken, leaseUntil }
}

/**
 * Takes up to `limit` runs that have room, the first of all requested lanes by priority, runAt, id.
 *
 * Its cost grows with the number of limit keys that wait and of runs that are live, never with the number of queued runs.
 */
export const claim = (context: WriteContext, request: ClaimRequest): ClaimedRun[] => {
  const { db } = context
  promoteDue(context, request.now)
  const admission = admit(request.limits, readLanes(db), db.all<LiveCount>(LIVE))
  const heads = headsWithRoom(db, request.lanes, admission)
  const claimed: ClaimedRun[] = []
  const start = (head: Head): void => {
    claimed.push(startAttempt(context, head.id, request))
  }
  while (claimed.length < request.limit && takeFirst(db, heads, admission, start));
  return claimed
}
