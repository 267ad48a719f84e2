import type { Run, RunAttempt, RunStatus, RunSummary } from '../../../shared/models/index.ts'
import type { Connection } from './connection.ts'
import { decodeError } from './encode.ts'
import { readEvents } from './events.ts'
import { readInstances } from './instances.ts'
import { readLanes } from './lanes.ts'
import { listRuns } from './list.ts'
import { readOperations } from './operations.ts'
import { type RawSummary, readRun, SUMMARY_COLUMNS, SUMMARY_FROM, toSummary } from './run-record.ts'
import { readDueFences } from './sweep.ts'
import { readDueSteps } from './timing.ts'

/** Each part of the board has an index of its own, so that the cost follows what is shown, not what was ever run. */
const BOARD = `SELECT ${SUMMARY_COLUMNS} FROM ${SUMMARY_FROM} WHERE r.id IN (
  SELECT id FROM runs WHERE status IN ('scheduled', 'queued', 'running', 'awaiting_reconnect', 'cancelling')
  UNION ALL SELECT id FROM runs INDEXED BY runs_failed WHERE status = 'failed' AND dismissed = 0
  UNION ALL SELECT id FROM runs WHERE ended_at > ?) ORDER BY r.id`

const board = (db: Connection, endedAfter: number): RunSummary[] => db.all<RawSummary>(BOARD, endedAfter).map((row) => toSummary(db, row))

const ATTEMPTS = `SELECT id, run_id AS runId, n, worker_id AS workerId, instance_id AS instanceId, started_at AS startedAt,
  heartbeat_at AS heartbeatAt, lease_until AS leaseUntil, ended_at AS endedAt, outcome, ended_how AS how, error
  FROM run_attempts WHERE run_id = ? ORDER BY id`

/** In the order they began. An attempt that was handed back and its successor have the same `n`. */
const attempts = (db: Connection, runId: string): RunAttempt[] =>
  db.all<Omit<RunAttempt, 'error'> & { error: string | null }>(ATTEMPTS, runId).map((raw) => ({ ...raw, error: decodeError(raw.error) }))

const WITH_STATUS = 'SELECT id FROM runs WHERE status IN (SELECT value FROM json_each(?)) AND (? = 0 OR started_at IS NOT NULL) ORDER BY id'

const withStatus = (db: Connection, statuses: readonly RunStatus[], started = false): Run[] =>
  db.all<{ id: string }>(WITH_STATUS, JSON.stringify(statuses), started ? 1 : 0).map(({ id }) => readRun(db, id)!)

/** @returns null when no run has the key */
const byKey = (db: Connection, idempotencyKey: string): Run | null => {
  const known = db.one<{ id: string }>('SELECT id FROM runs WHERE idempotency_key = ?', idempotencyKey)
  return known ? readRun(db, known.id) : null
}

/** Every read of the store, by the name of its method. They run on the reader thread and see all that was committed before. */
export const READS = {
  get: readRun,
  byKey,
  list: listRuns,
  board,
  attempts,
  events: readEvents,
  lanes: readLanes,
  withStatus,
  dueSteps: readDueSteps,
  fencesDue: readDueFences,
  instances: readInstances,
  loadOperations: readOperations,
}
