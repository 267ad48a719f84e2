import type { EndedHow, Json, Outcome, RunError } from '../../../shared/models/index.ts'
import { NOT_CANCELLING, type Transition } from '../../runs/for-store.ts'
import { columnOf, encode, encodeJson } from './encode.ts'
import { insertEvents } from './events.ts'
import type { LiveRecord, RunRecord } from './run-record.ts'
import { applyStepRule } from './steps.ts'
import type { WriteContext } from './write-context.ts'

/** Columns of `runs` that may change after the run was stored. */
export type RecordChanges = Partial<Omit<RunRecord, 'id' | 'createdAt' | 'heartbeatAt' | 'params' | 'idempotencyKey' | 'limitKey'>>

/** The end of an attempt. `completed` marks one that its worker ended itself, so that it may say so again. */
export interface AttemptClosing {
  readonly outcome: Outcome
  readonly how: EndedHow | null
  readonly error: RunError | null
  readonly result: Json | null
  readonly completed: boolean
}

/** Writes some columns of a run and notes what listeners must hear. Returns the run as it is now. */
export const saveRecord = <R extends RunRecord>(context: WriteContext, record: R, changes: RecordChanges, now: number): R => {
  const names = Object.keys(changes)
  if (names.length === 0) return record
  // A new attempt has just given its first sign of life; without one there is none.
  const heartbeatAt = changes.attemptId === undefined ? record.heartbeatAt : changes.attemptId === null ? null : now
  const next = { ...record, ...changes, heartbeatAt }
  const columns: Record<string, unknown> = { ...changes }
  if (next.status === 'queued' && record.status !== 'queued') columns.queuedAt = now
  context.db.run(
    `UPDATE runs SET ${Object.keys(columns)
      .map((name) => `${columnOf(name)} = ?`)
      .join(', ')} WHERE id = ?`,
    ...Object.values(columns).map(encode),
    record.id,
  )
  context.noteRun(next)
  if (next.status !== record.status || next.lane !== record.lane) {
    context.noteLane(record.lane)
    context.noteLane(next.lane)
  }
  return next
}

/** When a transition happens, and the attempt that it ends, if any. */
interface Moment {
  readonly now: number
  readonly attempt?: { readonly id: string; readonly startedAt: number; readonly result: Json | null }
}

/** Writes a transition: the run, its log, and the steps. `more` are columns that no decision knows. */
export const applyTransition = (
  context: WriteContext,
  record: RunRecord,
  transition: Transition,
  { now, attempt }: Moment,
  more: RecordChanges = {},
): RunRecord => {
  const drafts = transition.notes.map((note) => ({ ...note, at: now, step: null }))
  const numbered = drafts.length > 0 ? { lastSeq: record.lastSeq + drafts.length } : {}
  const next = saveRecord(context, record, { ...transition.changes, ...numbered, ...more }, now)
  insertEvents(context, record, attempt?.id ?? more.attemptId ?? null, drafts)
  applyStepRule(context.db, next, transition.steps, { now, attemptStartedAt: attempt?.startedAt ?? now, result: attempt?.result ?? null })
  return next
}

/** Ends the live attempt of a run and applies what follows from it. */
export const endAttempt = (
  context: WriteContext,
  record: LiveRecord,
  transition: Transition,
  closing: AttemptClosing,
  now: number,
): RunRecord => {
  const { startedAt } = context.db.one<{ startedAt: number }>(
    `UPDATE run_attempts SET ended_at = ?, outcome = ?, ended_how = ?, error = ?, result = ?, completed = ?
     WHERE run_id = ? AND id = ? RETURNING started_at AS startedAt`,
    now,
    closing.outcome,
    closing.how ?? transition.changes.endedHow ?? null,
    encode(closing.error),
    encodeJson(closing.result),
    encode(closing.completed),
    record.id,
    record.attemptId,
  )!
  const attempt = { id: record.attemptId, startedAt, result: closing.result }
  return applyTransition(context, record, transition, { now, attempt }, { attemptId: null, ...NOT_CANCELLING })
}
