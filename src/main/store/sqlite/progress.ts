import type { Lease } from '../../../shared/models/index.ts'
import { mergeProgress } from '../../runs/for-store.ts'
import type { RunPatch, StepPatch } from '../../runs/store-port.ts'
import { type RecordChanges, saveRecord } from './apply.ts'
import { columnOf, encode, encodeJson } from './encode.ts'
import { Refusal } from './faults.ts'
import { type RunRecord, requireLease } from './run-record.ts'
import type { WriteContext } from './write-context.ts'

const JSON_FIELDS: readonly string[] = ['result', 'error']

/** The fields of a patch that differ from the record: a value that is there already is not written again. */
const changesOf = (record: RunRecord, patch: RunPatch): RecordChanges => {
  const { progress, addCost, ...rest } = patch
  const wanted: Record<string, unknown> = { ...rest }
  if (progress !== undefined) wanted.progress = mergeProgress(record.progress, progress)
  if (addCost) wanted.cost = record.cost + addCost
  return Object.fromEntries(
    Object.entries(wanted).filter(([field, value]) => value !== undefined && value !== record[field as keyof RunRecord]),
  )
}

/** Extends the lease, never shortens it, and says whether the run is to stop. @throws Refusal LEASE_LOST */
export const heartbeat = (
  context: WriteContext,
  lease: Lease,
  patch: Pick<RunPatch, 'progress' | 'message'>,
  leaseMs: number,
  now: number,
): { leaseUntil: number; cancelRequested: boolean } => {
  const record = requireLease(context.db, lease)
  const { leaseUntil, heartbeatAt } = context.db.one<{ leaseUntil: number; heartbeatAt: number }>(
    `UPDATE run_attempts SET heartbeat_at = max(heartbeat_at, ?), lease_until = max(lease_until, ?)
     WHERE run_id = ? AND id = ? RETURNING lease_until AS leaseUntil, heartbeat_at AS heartbeatAt`,
    now,
    now + leaseMs,
    record.id,
    record.attemptId,
  )!
  const { progress, message } = patch
  const next = saveRecord(context, record, changesOf(record, { progress, message }), now)
  context.noteRun({ ...next, heartbeatAt })
  return { leaseUntil, cancelRequested: next.status === 'cancelling' }
}

/** @throws Refusal LEASE_LOST */
export const updateRun = (context: WriteContext, lease: Lease, patch: RunPatch, now: number): void => {
  const record = requireLease(context.db, lease)
  saveRecord(context, record, changesOf(record, patch), now)
}

/** @throws Refusal LEASE_LOST; NOT_FOUND when the run has no such step */
export const updateStep = (context: WriteContext, lease: Lease, index: number, patch: StepPatch): void => {
  const record = requireLease(context.db, lease)
  const fields = Object.entries(patch).filter(([, value]) => value !== undefined)
  if (fields.length === 0) return
  const changed = context.db.run(
    `UPDATE run_steps SET ${fields.map(([field]) => `${columnOf(field)} = ?`).join(', ')} WHERE run_id = ? AND step = ?`,
    ...fields.map(([field, value]) => (JSON_FIELDS.includes(field) ? encodeJson(value) : encode(value))),
    record.id,
    index,
  )
  if (changed === 0) throw new Refusal('NOT_FOUND', `Run ${record.id} has no step ${index + 1}.`)
  context.noteRun(record)
}
