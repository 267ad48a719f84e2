import type { Run } from '../../../shared/models/index.ts'
import { decideEnding, endingOfLoss } from '../../runs/for-store.ts'
import { endAttempt } from './apply.ts'
import { requireRecord, toRun } from './run-record.ts'
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
    const live = { ...record, attemptId: record.attemptId! }
    const closing = { outcome: ending.outcome, error: null, result: null, completed: false }
    const next = endAttempt(context, live, decideEnding(record, ending), closing, now)
    return toRun(next, readSteps(context.db, runId))
  })

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
