import type { Run } from '../../../shared/models/index.ts'
import { decideMark, decideTimeOut, decideWaitLonger, type TimingChange } from '../../runs/for-store.ts'
import type { DueStep } from '../../runs/store-port.ts'
import { applyTransition, saveRecord } from './apply.ts'
import type { Connection } from './connection.ts'
import { insertEvents } from './events.ts'
import { Refusal } from './faults.ts'
import { findRecord, type RunRecord, requireRecord, toRun } from './run-record.ts'
import { readRunningStep, readSteps, saveStep } from './steps.ts'
import type { WriteContext } from './write-context.ts'

const DUE = `SELECT s.run_id AS runId, s.step AS "index", a.id AS attemptId, a.worker_id AS workerId, a.instance_id AS instanceId,
  s.timeout_status AS timeoutStatus, s.warning_at AS warningAt, s.timeout_at AS timeoutAt, coalesce(s.on_timeout, 'ask') AS onTimeout
  FROM run_steps AS s INDEXED BY run_steps_running
  CROSS JOIN runs AS r ON r.id = s.run_id AND r.status = 'running'
  CROSS JOIN run_attempts AS a ON a.run_id = r.id AND a.id = r.attempt_id
  WHERE s.status = 'running' AND s.paused_at IS NULL AND (s.timeout_status <> 'timed_out' OR s.on_timeout = 'kill')
    AND (s.timeout_at <= ? OR (s.timeout_status = 'normal' AND s.warning_at <= ?))`

/** Walks through what runs and nothing else: as many rows as there are live runs. */
export const readDueSteps = (db: Connection, now: number): DueStep[] =>
  db.all<DueStep>(DUE, now, now).sort((a, b) => a.timeoutAt - b.timeoutAt || (a.runId < b.runId ? -1 : 1))

const apply = (context: WriteContext, record: RunRecord, index: number, change: TimingChange, now: number): RunRecord => {
  saveStep(context.db, record.id, index, change.step)
  const drafts = change.notes.map((note) => ({ ...note, at: now, step: index }))
  insertEvents(context, record, record.attemptId, drafts)
  return saveRecord(context, record, { ...change.run, lastSeq: record.lastSeq + drafts.length }, now)
}

/** @returns whether the step is now that far and was not before */
export const markStep = (
  context: WriteContext,
  runId: string,
  index: number,
  attemptId: string,
  status: 'warning' | 'timed_out',
  now: number,
): boolean => {
  const record = findRecord(context.db, runId)
  if (record === null || record.attemptId !== attemptId) return false
  const step = readRunningStep(context.db, runId)
  const change = step?.index === index ? decideMark(record, step, status, now) : null
  if (change) apply(context, record, index, change, now)
  return change !== null
}

/** @returns whether the attempt is asked to end now and was not before */
export const timeOut = (context: WriteContext, runId: string, attemptId: string, now: number): boolean => {
  const record = findRecord(context.db, runId)
  if (record === null || record.attemptId !== attemptId) return false
  const transition = decideTimeOut(record, readRunningStep(context.db, runId), now)
  if (transition) applyTransition(context, record, transition, { now }, { attemptId })
  return transition !== null
}

/** @throws Refusal NOT_FOUND, CONFLICT */
export const waitLonger = (context: WriteContext, runId: string, ms: number, now: number): Run => {
  const record = requireRecord(context.db, runId)
  const step = readRunningStep(context.db, runId)
  const decision = decideWaitLonger(record, step, ms, now)
  if (!decision.ok) throw new Refusal('CONFLICT', decision.error.message, { status: record.status })
  return toRun(apply(context, record, step!.index, decision.value, now), readSteps(context.db, runId))
}
