import type { Lease, Run } from '../../../shared/models/index.ts'
import { decideEnding, decideRelease, settleEnding } from '../../runs/for-store.ts'
import type { AttemptEnding } from '../../runs/store-port.ts'
import { endAttempt } from './apply.ts'
import { leaseLost } from './faults.ts'
import { findLease, readRun, requireLease, toRun } from './run-record.ts'
import { readSteps } from './steps.ts'
import type { WriteContext } from './write-context.ts'

const COMPLETED = 'SELECT 1 AS found FROM run_attempts WHERE run_id = ? AND id = ? AND lease_token = ? AND completed = 1'

/**
 * Ends the attempt as its worker says and decides what becomes of the run.
 *
 * The same worker may say so again: the first answer stands, the run is returned as it is.
 *
 * @throws Refusal LEASE_LOST
 */
export const complete = (context: WriteContext, lease: Lease, ending: AttemptEnding): Run => {
  const { db } = context
  const record = findLease(db, lease)
  if (!record) {
    if (db.one(COMPLETED, lease.runId, lease.attemptId, lease.leaseToken)) return readRun(db, lease.runId)!
    throw leaseLost()
  }
  const { outcome, how, error, result } = settleEnding(record, ending)
  const closing = { outcome, how: how ?? null, error, result: result ?? null, completed: true }
  const next = endAttempt(context, record, decideEnding(record, ending), closing, ending.now)
  return toRun(next, readSteps(db, next.id))
}

/** Hands the run back; the attempt is kept as interrupted and not counted. @throws Refusal LEASE_LOST */
export const release = (context: WriteContext, lease: Lease, now: number): Run => {
  const record = requireLease(context.db, lease)
  const closing = { outcome: 'interrupted', how: null, error: null, result: null, completed: false } as const
  const next = endAttempt(context, record, decideRelease(record, now), closing, now)
  return toRun(next, readSteps(context.db, next.id))
}
