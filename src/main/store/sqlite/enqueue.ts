import type { Run } from '../../../shared/models/index.ts'
import { decideEnqueue, limitKeyOf } from '../../runs/for-store.ts'
import type { NewRun } from '../../runs/store-port.ts'
import { insertEvents } from './events.ts'
import { readRun, requireRecord, toRun } from './run-record.ts'
import { insertStep, readSteps } from './steps.ts'
import type { WriteContext } from './write-context.ts'

const INSERT = `INSERT INTO runs (id, title, op, template, model, project_id, provider, limit_key, lane, priority, status, max_attempts, max_lost,
  run_at, created_at, queued_at, idempotency_key, last_seq, params) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/**
 * Stores a run.
 *
 * A known idempotency key, or the same id again, returns the run that exists: a call that may have been stored can be repeated.
 */
export const enqueue = (context: WriteContext, run: NewRun, now: number): { run: Run; created: boolean } => {
  const { db } = context
  const known = db.one<{ id: string }>('SELECT id FROM runs WHERE id = ? OR idempotency_key = ?', run.id, run.idempotencyKey)
  if (known) return { run: readRun(db, known.id)!, created: false }

  const { changes, notes } = decideEnqueue(run, now)
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
  const record = requireRecord(db, id)
  context.noteRun(record)
  context.noteLane(lane)
  return { run: toRun(record, readSteps(db, id)), created: true }
}
