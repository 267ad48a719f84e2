import type { LaneName, Result, Run, StepSpec } from '../../../shared/models/index.ts'
import type { Transition } from '../../runs/for-store.ts'
import { decideCancel, decideDismiss, decideMove, decideResume, decideRetry } from '../../runs/for-store.ts'
import type { CancelRequest } from '../../runs/store-port.ts'
import { applyTransition, endAttempt } from './apply.ts'
import { Refusal } from './faults.ts'
import { type RunRecord, requireRecord, toRun } from './run-record.ts'
import { insertStep, readSteps } from './steps.ts'
import type { WriteContext } from './write-context.ts'

/** Reads, decides, writes. @throws Refusal NOT_FOUND, or CONFLICT with the decision's sentence */
const change = (
  context: WriteContext,
  runId: string,
  now: number,
  decide: (record: RunRecord) => Result<Transition>,
  also: (record: RunRecord) => void = () => {},
): Run => {
  const record = requireRecord(context.db, runId)
  const decision = decide(record)
  if (!decision.ok) throw new Refusal('CONFLICT', decision.error.message, { status: record.status })
  also(record)
  const next = apply(context, record, decision.value, now)
  return toRun(next, readSteps(context.db, runId))
}

/** A live run that ends here has no worker that could end its attempt. */
const apply = (context: WriteContext, record: RunRecord, transition: Transition, now: number): RunRecord => {
  const { endedAt, outcome } = transition.changes
  if (record.attemptId === null || !endedAt) return applyTransition(context, record, transition, { now })
  const closing = { outcome: outcome!, how: null, error: null, result: null, completed: false }
  return endAttempt(context, { ...record, attemptId: record.attemptId }, transition, closing, now)
}

export const cancel = (context: WriteContext, runId: string, request: CancelRequest, now: number): Run =>
  change(context, runId, now, (record) => decideCancel(record, request, now))

export const retry = (context: WriteContext, runId: string, reason: string | null, now: number): Run =>
  change(context, runId, now, (record) => decideRetry(record, reason, now))

export const resume = (context: WriteContext, runId: string, step: StepSpec, now: number): Run =>
  change(
    context,
    runId,
    now,
    (record) => decideResume(record, step.op, now),
    () => {
      insertStep(context.db, runId, readSteps(context.db, runId).length, step)
    },
  )

export const dismiss = (context: WriteContext, runId: string, now: number): Run => change(context, runId, now, decideDismiss)

export const move = (context: WriteContext, runId: string, to: { lane?: LaneName; priority?: number }, now: number): Run =>
  change(context, runId, now, (record) => decideMove(record, to))
