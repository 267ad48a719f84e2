import type { Lease, Run, RunStep, RunSummary } from '../../../shared/models/index.ts'
import { NO_TIMING, type Timing, timingOf } from '../../runs/for-store.ts'
import type { Connection } from './connection.ts'
import { decodeError, decodeJson } from './encode.ts'
import { leaseLost, noSuchRun } from './faults.ts'
import { readRunningStep, readSteps } from './steps.ts'

/**
 * A run as its row holds it. `attemptId` is that of the live attempt, `heartbeatAt` belongs to it; `params` is still JSON text.
 *
 * The clock of its step is not among it: that is the step's, and read when a run is handed out. Until when it waits for its target follows from the rest.
 */
export interface RunRecord extends Omit<Run, 'steps' | 'params' | 'reconnectDeadline' | keyof Timing> {
  readonly limitKey: string
  readonly attemptId: string | null
  readonly cancelReason: string | null
  readonly fenceAt: number | null
  readonly lastSeq: number
  readonly params: string
}

type RawRecord = Omit<RunRecord, 'dismissed' | 'error' | 'reconnect'> & {
  dismissed: number
  error: string | null
  reconnect: string | null
}
export type RawSummary = Omit<RunSummary, 'dismissed' | 'error' | keyof Timing> & {
  dismissed: number
  error: string | null
  attemptId: string | null
}

const COLUMNS = `r.id, r.title, r.op, r.template, r.project_id AS projectId, r.lane, r.priority, r.status, r.outcome, r.attention,
  r.cancel_mode AS cancelMode, r.cancel_signal AS cancelSignal, r.ended_how AS endedHow, r.attempt_id AS attemptId,
  r.progress, r.message, r.attempt, r.max_attempts AS maxAttempts, r.lost, r.max_lost AS maxLost, r.run_at AS runAt, r.created_at AS createdAt,
  r.started_at AS startedAt, r.ended_at AS endedAt, a.heartbeat_at AS heartbeatAt, r.session_id AS sessionId, r.worktree_id AS worktreeId,
  r.model, r.error, r.cost, r.dismissed`
/** The columns of a summary, from `runs AS r` joined by `SUMMARY_FROM`. */
export const SUMMARY_COLUMNS = `${COLUMNS},
  CASE WHEN r.status = 'awaiting_reconnect' THEN json_extract(r.reconnect, '$.deadline') END AS reconnectDeadline`
export const SUMMARY_FROM = 'runs AS r LEFT JOIN run_attempts AS a ON a.run_id = r.id AND a.id = r.attempt_id'

const RECORD = `SELECT ${COLUMNS}, r.limit_key AS limitKey, r.target, r.reconnect, r.cancel_reason AS cancelReason, r.fence_at AS fenceAt,
  r.last_seq AS lastSeq, r.idempotency_key AS idempotencyKey, r.params FROM ${SUMMARY_FROM}`

/** The clock of the step that runs. Only a live run has one. */
const readTiming = (db: Connection, run: { readonly id: string; readonly attemptId: string | null }): Timing =>
  run.attemptId === null ? NO_TIMING : timingOf(readRunningStep(db, run.id))

/** A summary from its row. */
export const toSummary = (db: Connection, raw: RawSummary): RunSummary => {
  const { attemptId, ...summary } = raw
  return { ...summary, ...readTiming(db, raw), dismissed: raw.dismissed === 1, error: decodeError(raw.error) }
}

// In place: a row is read many times a second and has no other owner.
const toRecord = (raw: RawRecord): RunRecord =>
  Object.assign(raw, {
    dismissed: raw.dismissed === 1,
    error: decodeError(raw.error),
    reconnect: decodeJson<RunRecord['reconnect']>(raw.reconnect),
  })

export const findRecord = (db: Connection, runId: string): RunRecord | null => {
  const raw = db.one<RawRecord>(`${RECORD} WHERE r.id = ?`, runId)
  return raw ? toRecord(raw) : null
}

/** @throws Refusal NOT_FOUND */
export const requireRecord = (db: Connection, runId: string): RunRecord => {
  const record = findRecord(db, runId)
  if (!record) throw noSuchRun(runId)
  return record
}

/** A run with a live attempt. */
export type LiveRecord = RunRecord & { readonly attemptId: string }

/** The run whose live attempt holds this lease, or null. */
export const findLease = (db: Connection, lease: Lease): LiveRecord | null => {
  const raw = db.one<RawRecord & { attemptId: string }>(
    `${RECORD} WHERE r.id = ? AND r.attempt_id = ? AND a.lease_token = ?`,
    lease.runId,
    lease.attemptId,
    lease.leaseToken,
  )
  return raw ? (toRecord(raw) as LiveRecord) : null
}

/** Every write of a worker passes here before it changes anything. @throws Refusal LEASE_LOST */
export const requireLease = (db: Connection, lease: Lease): LiveRecord => {
  const record = findLease(db, lease)
  if (!record) throw leaseLost()
  return record
}

/** What `SUMMARY_COLUMNS` says of a row, for a record. */
const reconnectDeadlineOf = ({ status, reconnect }: RunRecord): number | null =>
  status === 'awaiting_reconnect' ? (reconnect?.deadline ?? null) : null

/** The summary of a record as it is now, its step's clock included. */
export const summarize = (db: Connection, record: RunRecord): RunSummary => {
  const { limitKey, attemptId, cancelReason, fenceAt, lastSeq, params, idempotencyKey, target, reconnect, ...summary } = record
  return { ...summary, ...readTiming(db, record), reconnectDeadline: reconnectDeadlineOf(record) }
}

/** The whole run. */
export const toRun = (record: RunRecord, steps: readonly RunStep[]): Run => {
  const { limitKey, attemptId, cancelReason, fenceAt, lastSeq, ...run } = record
  const timing = timingOf(steps.find((step) => step.status === 'running'))
  return { ...run, ...timing, reconnectDeadline: reconnectDeadlineOf(record), params: decodeJson(record.params), steps }
}

/** @returns null when there is no such run */
export const readRun = (db: Connection, runId: string): Run | null => {
  const record = findRecord(db, runId)
  return record && toRun(record, readSteps(db, runId))
}
