import type { Lease } from '../../../shared/models/index.ts'
import { attentionOf, decidePause, isWaitingForPerson, mergeProgress } from '../../runs/for-store.ts'
import type { HeartbeatReply, RunPatch, StepPatch } from '../../runs/store-port.ts'
import { type RecordChanges, saveRecord } from './apply.ts'
import { Refusal } from './faults.ts'
import { type RunRecord, requireLease } from './run-record.ts'
import { readRunningStep, saveStep } from './steps.ts'
import type { WriteContext } from './write-context.ts'

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
): HeartbeatReply => {
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
  return { leaseUntil, cancelRequested: next.status === 'cancelling', kill: next.cancelSignal }
}

/** @throws Refusal LEASE_LOST */
export const updateRun = (context: WriteContext, lease: Lease, patch: RunPatch, now: number): void => {
  const record = requireLease(context.db, lease)
  if (patch.attention === undefined) {
    saveRecord(context, record, changesOf(record, patch), now)
    return
  }
  const step = readRunningStep(context.db, record.id)
  const attention = attentionOf(patch.attention, step)
  if (step) saveStep(context.db, record.id, step.index, decidePause(step, isWaitingForPerson(attention), now))
  saveRecord(context, record, changesOf(record, { ...patch, attention }), now)
}

/** A clock starts with its step. */
const withClock = (patch: StepPatch): StepPatch & { pausedAt: null } => ({
  ...(patch.startedAt === undefined ? {} : { timedFrom: patch.startedAt }),
  ...patch,
  pausedAt: null,
})

/** With a step that begins or ends its waiting ends too. @throws Refusal LEASE_LOST; NOT_FOUND when the run has no such step */
export const updateStep = (context: WriteContext, lease: Lease, index: number, patch: StepPatch, now: number): void => {
  const record = requireLease(context.db, lease)
  const begins = patch.status !== undefined
  const saved = saveStep(context.db, record.id, index, begins ? withClock(patch) : patch)
  if (!saved) throw new Refusal('NOT_FOUND', `Run ${record.id} has no step ${index + 1}.`)
  context.noteRun(record)
  if (begins && record.attention !== null) saveRecord(context, record, { attention: null }, now)
}
