import type { Lease, RunEvent } from '../../../shared/models/index.ts'
import type { EventDraft } from '../../runs/store-port.ts'
import type { Connection } from './connection.ts'
import { decodeJson, encodeJson } from './encode.ts'
import { requireLease, requireRecord } from './run-record.ts'
import type { WriteContext } from './write-context.ts'

const INSERT = 'INSERT INTO run_events (run_id, seq, at, attempt_id, step, kind, level, message, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'
const SELECT = `SELECT seq, at, attempt_id AS attemptId, step, kind, level, message, data FROM run_events
  WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?`

/** Numbers the drafts from `lastSeq + 1` and writes them. The caller stores the new `last_seq` of the run in the same transaction. */
export const insertEvents = (
  context: WriteContext,
  run: { readonly id: string; readonly lastSeq: number },
  attemptId: string | null,
  drafts: readonly EventDraft[],
): RunEvent[] => {
  if (drafts.length === 0) return []
  const events = drafts.map(({ at, step, kind, level, message, data }, index) => {
    const event: RunEvent = { seq: run.lastSeq + 1 + index, at, attemptId, step, kind, level, message, data: data ?? null }
    context.db.run(INSERT, run.id, event.seq, at, attemptId, step, kind, level, message, encodeJson(data))
    return event
  })
  context.noteEvents(run.id, events)
  return events
}

/**
 * Appends events of a worker (with its lease) or of the host (without one).
 *
 * @throws Refusal LEASE_LOST, or NOT_FOUND without a lease
 */
export const appendEvents = (
  context: WriteContext,
  runId: string,
  lease: Lease | null,
  drafts: readonly EventDraft[],
): readonly RunEvent[] => {
  const run = lease ? requireLease(context.db, { ...lease, runId }) : requireRecord(context.db, runId)
  if (drafts.length === 0) return []
  const events = insertEvents(context, run, lease?.attemptId ?? null, drafts)
  context.db.run('UPDATE runs SET last_seq = ? WHERE id = ?', run.lastSeq + events.length, runId)
  return events
}

/** Events with a `seq` above `afterSeq`, in order. */
export const readEvents = (db: Connection, runId: string, afterSeq: number, limit: number): RunEvent[] =>
  db
    .all<Omit<RunEvent, 'data'> & { data: string | null }>(SELECT, runId, afterSeq, limit)
    .map((raw) => ({ ...raw, data: decodeJson(raw.data) }))
