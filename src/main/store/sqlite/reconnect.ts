import type { Lease, Reconnect, Run } from '../../../shared/models/index.ts'
import { decideAwait, decideEnding, describeLateReturn, endingOfReturn, endingOfSilence } from '../../runs/for-store.ts'
import type { AttemptEnding, Returned } from '../../runs/store-port.ts'
import { applyTransition, endAttempt, saveRecord } from './apply.ts'
import { insertEvents } from './events.ts'
import { Refusal } from './faults.ts'
import { type RunRecord, requireLease, requireRecord, toRun } from './run-record.ts'
import { readSteps } from './steps.ts'
import type { WriteContext } from './write-context.ts'

/** @throws Refusal LEASE_LOST, CONFLICT */
export const awaitReconnect = (context: WriteContext, lease: Lease, reconnect: Reconnect, now: number): void => {
  const record = requireLease(context.db, lease)
  const decision = decideAwait(record, reconnect)
  if (!decision.ok) throw new Refusal('CONFLICT', decision.error.message, { status: record.status })
  applyTransition(context, record, decision.value, { now }, { attemptId: record.attemptId })
}

const end = (context: WriteContext, record: RunRecord, ending: AttemptEnding): Run => {
  const { outcome, error, result, now } = ending
  const live = { ...record, attemptId: record.attemptId! }
  const next = endAttempt(
    context,
    live,
    decideEnding(record, ending),
    { outcome, how: null, error, result: result ?? null, completed: false },
    now,
  )
  return toRun(next, readSteps(context.db, next.id))
}

const OF_WORKER = `SELECT id FROM runs INDEXED BY runs_reconnect
  WHERE reconnect IS NOT NULL AND json_extract(reconnect, '$.workerId') = ? ORDER BY id DESC`
const AWAITING = `SELECT id FROM runs WHERE status = 'awaiting_reconnect' ORDER BY id`

/** Every run that waits for this worker ends; the newest one that gave up waiting hears of it, once. */
export const reconnected = (context: WriteContext, workerId: string, returned: Returned, now: number): Run[] => {
  const records = context.db.all<{ id: string }>(OF_WORKER, workerId).map(({ id }) => requireRecord(context.db, id))
  const waiting = records.filter((record) => record.status === 'awaiting_reconnect')
  if (waiting.length > 0) {
    // A deadline that has passed without anyone looking has passed all the same.
    return waiting.map((record) => {
      if (now <= record.reconnect!.deadline) return end(context, record, endingOfReturn(record.reconnect!, returned, now))
      end(context, record, endingOfSilence(record.reconnect!, now))
      return noteLate(context, requireRecord(context.db, record.id), returned, now)
    })
  }
  const [latest] = records
  const missed = latest?.outcome === 'timed_out' && latest.reconnect?.seenAt === null
  return missed && returned.instanceId !== latest.reconnect.oldInstanceId ? [noteLate(context, latest, returned, now)] : []
}

const noteLate = (context: WriteContext, record: RunRecord, returned: Returned, now: number): Run => {
  const reconnect = { ...record.reconnect!, seenAt: now }
  const message = describeLateReturn(reconnect, returned)
  const data = { workerId: reconnect.workerId, instanceId: returned.instanceId, build: returned.build }
  insertEvents(context, record, null, [{ at: now, kind: 'run', level: 'warn', message, data, step: null }])
  const next = saveRecord(context, record, { reconnect, lastSeq: record.lastSeq + 1 }, now)
  return toRun(next, readSteps(context.db, next.id))
}

/** Ends runs whose target did not come back in time. */
export const reconnectsDue = (context: WriteContext, now: number): Run[] =>
  context.db
    .all<{ id: string }>(AWAITING)
    .map(({ id }) => requireRecord(context.db, id))
    .filter((record) => now > record.reconnect!.deadline)
    .map((record) => end(context, record, endingOfSilence(record.reconnect!, now)))
