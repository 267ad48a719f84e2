import type { LaneName, Result, Run, StepSpec } from '../../../shared/models/index.ts'
import type { Transition } from '../../runs/for-store.ts'
import { decideCancel, decideDismiss, decideMove, decideResume, decideRetry } from '../../runs/for-store.ts'
import { applyTransition } from './apply.ts'
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
  const next = applyTransition(context, record, decision.value, { now })
  return toRun(next, readSteps(context.db, runId))
}

export const cancel = (context: WriteContext, runId: string, reason: string | null, now: number): Run =>
  change(context, runId, now, (record) => decideCancel(record, reason, now))

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
