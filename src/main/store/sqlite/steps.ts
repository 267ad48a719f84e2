import type { Json, Run, RunStep, StepSpec } from '../../../shared/models/index.ts'
import type { StepRule } from '../../runs/for-store.ts'
import type { StepPatch } from '../../runs/store-port.ts'
import type { Connection, SqlValue } from './connection.ts'
import { columnOf, decodeError, decodeJson, encode, encodeJson } from './encode.ts'

const JSON_FIELDS: readonly string[] = ['result', 'error']

type RawStep = Omit<RunStep, 'params' | 'continueOnError' | 'timeouts' | 'error' | 'result'> & {
  params: string
  continueOnError: number
  timeouts: string | null
  error: string | null
  result: string | null
}

const SELECT = `SELECT step AS "index", op, name, params, status, outcome, started_at AS startedAt, ended_at AS endedAt, timed_from AS timedFrom, warning_at AS warningAt,
  timeout_at AS timeoutAt, timeout_status AS timeoutStatus, on_timeout AS onTimeout, paused_at AS pausedAt, continue_on_error AS continueOnError, timeouts, error, result
  FROM run_steps`

const toStep = (raw: RawStep): RunStep => ({
  ...raw,
  params: decodeJson(raw.params),
  continueOnError: raw.continueOnError === 1,
  timeouts: decodeJson(raw.timeouts),
  error: decodeError(raw.error),
  result: decodeJson(raw.result),
})

export const readSteps = (db: Connection, runId: string): RunStep[] =>
  db.all<RawStep>(`${SELECT} WHERE run_id = ? ORDER BY step`, runId).map(toStep)

/** The step that runs; the first of them, should a worker run several. */
export const readRunningStep = (db: Connection, runId: string): RunStep | undefined => {
  const raw = db.one<RawStep>(`${SELECT} INDEXED BY run_steps_running WHERE run_id = ? AND status = 'running' ORDER BY step LIMIT 1`, runId)
  return raw && toStep(raw)
}

/** Writes some fields of a step. @returns whether there is such a step */
export const saveStep = (db: Connection, runId: string, index: number, patch: StepPatch & Partial<Pick<RunStep, 'pausedAt'>>): boolean => {
  const fields = Object.entries(patch).filter(([, value]) => value !== undefined)
  if (fields.length === 0) return true
  const changed = db.run(
    `UPDATE run_steps SET ${fields.map(([field]) => `${columnOf(field)} = ?`).join(', ')} WHERE run_id = ? AND step = ?`,
    ...fields.map(([field, value]) => (JSON_FIELDS.includes(field) ? encodeJson(value as Json) : encode(value))),
    runId,
    index,
  )
  return changed > 0
}

/** Adds a step that has not begun. */
export const insertStep = (db: Connection, runId: string, index: number, spec: StepSpec): void => {
  db.run(
    'INSERT INTO run_steps (run_id, step, op, name, continue_on_error, timeouts, params) VALUES (?, ?, ?, ?, ?, ?, ?)',
    runId,
    index,
    spec.op,
    spec.name ?? spec.op,
    encode(spec.continueOnError ?? false),
    encode(spec.timeouts),
    JSON.stringify(spec.params),
  )
}

const AS_NEW = `status = 'pending', outcome = NULL, started_at = NULL, ended_at = NULL, timed_from = NULL, warning_at = NULL, timeout_at = NULL,
  timeout_status = 'normal', on_timeout = NULL, paused_at = NULL, error = NULL, result = NULL`

const reset = (db: Connection, runId: string, where: string, ...values: SqlValue[]): void => {
  db.run(`UPDATE run_steps SET ${AS_NEW} WHERE run_id = ? AND ${where}`, runId, ...values)
}

/** What a step rule needs besides the run: when the attempt that ended had begun, and what its worker answered. */
interface StepsMoment {
  readonly now: number
  readonly attemptStartedAt: number
  readonly result: Json | null
}

/** A worker that never spoke of steps still leaves them in agreement with the run; its result goes to the last one. */
const settle = (db: Connection, run: Pick<Run, 'id' | 'status' | 'outcome' | 'error'>, { now, result }: StepsMoment): void => {
  const open = run.status === 'succeeded' ? `status IN ('pending', 'running')` : `status = 'running'`
  db.run(
    `UPDATE run_steps SET status = ?, outcome = ?, ended_at = ?, error = ?, paused_at = NULL,
       result = iif(step = (SELECT max(step) FROM run_steps WHERE run_id = ? AND ${open}), ?, result)
     WHERE run_id = ? AND ${open}`,
    run.status,
    run.outcome,
    now,
    encode(run.error),
    run.id,
    encodeJson(result),
    run.id,
  )
}

/** Does to the steps of a run what a transition says. `run` is the run after it. */
export const applyStepRule = (
  db: Connection,
  run: Pick<Run, 'id' | 'status' | 'outcome' | 'error'>,
  rule: StepRule,
  moment: StepsMoment,
): void => {
  if (rule === 'reset-running') reset(db, run.id, `status = 'running'`)
  if (rule === 'reset-attempt')
    reset(db, run.id, `(status = 'running' OR (status <> 'succeeded' AND started_at >= ?))`, moment.attemptStartedAt)
  if (rule === 'reset-all') reset(db, run.id, `status <> 'succeeded'`)
  if (rule === 'settle') settle(db, run, moment)
}
