import type { Run } from '../../../shared/models/index.ts'
import { decideEnqueue, decideRecord, describeDeed, describeRefusal, limitKeyOf, type Transition } from '../../runs/for-store.ts'
import type { ControlEnding, Deed, NewRun } from '../../runs/store-port.ts'
import { saveRecord } from './apply.ts'
import type { Connection } from './connection.ts'
import { cancel } from './control.ts'
import { insertEvents } from './events.ts'
import { Refusal } from './faults.ts'
import { type RunRecord, readRun, requireRecord, toRun } from './run-record.ts'
import { insertStep, readSteps, saveStep } from './steps.ts'
import type { WriteContext } from './write-context.ts'

const INSERT = `INSERT INTO runs (id, title, op, template, model, project_id, provider, limit_key, lane, priority, status, max_attempts, max_lost,
  run_at, created_at, queued_at, idempotency_key, target, last_seq, params) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

const findKnown = (db: Connection, run: NewRun): Run | null => {
  const known = db.one<{ id: string }>('SELECT id FROM runs WHERE id = ? OR idempotency_key = ?', run.id, run.idempotencyKey)
  return known ? readRun(db, known.id) : null
}

/** Writes the run, its steps and the first lines of its log. */
const insert = (context: WriteContext, run: NewRun, { changes, notes }: Transition, now: number): RunRecord => {
  const { db } = context
  const limitKey = limitKeyOf(run.projectId, run.provider)
  const queuedAt = changes.status === 'queued' ? now : null
  const { id, title, op, template, model, projectId, provider, lane, priority, maxAttempts, maxLost, runAt, idempotencyKey } = run
  db.run(
    INSERT,
    ...[id, title, op, template, model, projectId, provider, limitKey, lane, priority, changes.status!, maxAttempts, maxLost],
    runAt,
    now,
    queuedAt,
    idempotencyKey,
    run.target ?? null,
    notes.length,
    JSON.stringify(run.params),
  )
  run.steps.forEach((step, index) => {
    insertStep(db, id, index, step)
  })
  insertEvents(
    context,
    { id, lastSeq: 0 },
    null,
    notes.map((note) => ({ ...note, at: now, step: null })),
  )
  return requireRecord(db, id)
}

/**
 * Stores a run.
 *
 * A known idempotency key, or the same id again, returns the run that exists: a call that may have been stored can be repeated.
 */
export const enqueue = (context: WriteContext, run: NewRun, now: number): { run: Run; created: boolean } => {
  const { db } = context
  const known = findKnown(db, run)
  if (known) return { run: known, created: false }
  const record = insert(context, run, decideEnqueue(run, now), now)
  context.noteRun(record)
  context.noteLane(run.lane)
  return { run: toRun(record, readSteps(db, run.id)), created: true }
}

/**
 * Does what a control run is for, and stores it as ended. Known as in `enqueue`.
 *
 * @throws Refusal as `cancel`, unless it is to be kept
 */
export const control = (context: WriteContext, run: NewRun, deed: Deed, now: number): { run: Run; created: boolean } => {
  const known = findKnown(context.db, run)
  if (known) return { run: known, created: false }
  return { run: record(context, run, act(context, deed, now), now), created: true }
}

/** A refusal has changed nothing, so that what is kept of it is all there is. */
const act = (context: WriteContext, { runId, request, keepRefusal }: Deed, now: number): ControlEnding => {
  try {
    return describeDeed(cancel(context, runId, request, now), request)
  } catch (error) {
    if (!keepRefusal || !(error instanceof Refusal)) throw error
    return describeRefusal(error.code, error.message)
  }
}

/** Stores a run that has ended already, and its steps with it. */
const record = (context: WriteContext, run: NewRun, ending: ControlEnding, now: number): Run => {
  const { db } = context
  const { changes, notes } = decideRecord(ending, now)
  // Stored as if it waited, and ended before anyone can see it: one statement knows how a run is inserted.
  const waiting = insert(context, run, { changes: { status: 'queued' }, steps: 'keep', notes }, now)
  const { outcome, error, result } = ending
  const status = outcome === 'success' ? 'succeeded' : 'failed'
  run.steps.forEach((_, index) => {
    saveStep(db, run.id, index, { status, outcome, startedAt: now, endedAt: now, error, result })
  })
  return toRun(saveRecord(context, waiting, changes, now), readSteps(db, run.id))
}
