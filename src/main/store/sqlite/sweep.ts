import type { Run } from '../../../shared/models/index.ts'
import { decideEnding, endingOfFence, endingOfLoss } from '../../runs/for-store.ts'
import type { AttemptEnding, DueFence } from '../../runs/store-port.ts'
import { endAttempt } from './apply.ts'
import type { Connection } from './connection.ts'
import { findRecord, type RunRecord, requireRecord, toRun } from './run-record.ts'
import { readRunningStep, readSteps } from './steps.ts'
import type { WriteContext } from './write-context.ts'

/** Leases that end in one call; the others are found by the next one, so that a long outage never holds the writer for long. */
const AT_ONCE = 500

/** A run that waits for its target has no worker to be lost. */
const NOT_AWAITING = `(SELECT status FROM runs WHERE id = run_id) <> 'awaiting_reconnect'`
const EXPIRED = `SELECT run_id AS runId FROM run_attempts WHERE ended_at IS NULL AND lease_until <= ? AND ${NOT_AWAITING}
  ORDER BY lease_until LIMIT ${AT_ONCE}`
const OF_INSTANCES = `SELECT run_id AS runId FROM run_attempts INDEXED BY run_attempts_lease
  WHERE ended_at IS NULL AND instance_id IN (SELECT value FROM json_each(?)) AND ${NOT_AWAITING}`

const lose = (context: WriteContext, runIds: readonly string[], now: number, random: number): Run[] =>
  runIds.map((runId) => {
    const record = requireRecord(context.db, runId)
    const ending = endingOfLoss(record, readRunningStep(context.db, runId), now, random)
    return endWithoutWorker(context, record, ending)
  })

const endWithoutWorker = (context: WriteContext, record: RunRecord, ending: AttemptEnding): Run => {
  const live = { ...record, attemptId: record.attemptId! }
  const closing = { outcome: ending.outcome, how: ending.how ?? null, error: null, result: null, completed: false }
  const next = endAttempt(context, live, decideEnding(record, ending), closing, ending.now)
  return toRun(next, readSteps(context.db, next.id))
}

const FENCES = 'SELECT id AS runId, attempt_id AS attemptId FROM runs INDEXED BY runs_fence WHERE fence_at <= ? ORDER BY fence_at'

/** Those that waited longest first. */
export const readDueFences = (db: Connection, now: number): DueFence[] => db.all<DueFence>(FENCES, now)

/** Ends the attempt whatever its lease says, if it is still the one that had its time. */
export const fence = (context: WriteContext, runId: string, attemptId: string, now: number, random: number): Run | null => {
  const record = findRecord(context.db, runId)
  if (record?.attemptId !== attemptId || record.fenceAt === null || now < record.fenceAt) return null
  return endWithoutWorker(context, record, endingOfFence(record, now, random))
}

/** Ends expired attempts as lost, those that waited longest first. */
export const sweep = (context: WriteContext, now: number, random: number): Run[] =>
  lose(
    context,
    context.db.all<{ runId: string }>(EXPIRED, now).map((row) => row.runId),
    now,
    random,
  )

/** Ends the live attempts of dead instances as lost, whatever their lease says. */
export const rescue = (context: WriteContext, instanceIds: readonly string[], now: number): Run[] =>
  lose(
    context,
    context.db.all<{ runId: string }>(OF_INSTANCES, JSON.stringify(instanceIds)).map((row) => row.runId),
    now,
    0,
  )
