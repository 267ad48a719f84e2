import type { Json, Outcome, RunError } from '../../shared/models/index.ts'
import type { OpContext, OpDefinition, StepEnding, StopReason } from './op.ts'

/**
 * Takes a step through its life: validate → snapshot(before) → execute → fresh state → postCheck → outcome.
 *
 * Never rejects for what the op did: a thrown error is the ending `error`. An op that was told to stop ends with what the stop was for, unless it
 * succeeded all the same. `LEASE_LOST` alone is passed on, since nothing of this attempt may be written any more.
 */
export async function runStep(op: OpDefinition, context: OpContext): Promise<StepEnding> {
  try {
    const valid = await op.validate?.(context)
    if (valid && !valid.ok) return { outcome: 'validation_failed', error: { ...valid.error, retryable: false } }
    const before = (await op.snapshot?.(context)) ?? null
    const ending = await op.execute(context)
    if (ending.outcome !== 'success' || !op.postCheck) return ending
    return await checkAfter(op, context, before, ending)
  } catch (error) {
    if (isLeaseLost(error)) throw error
    if (context.signal.aborted) return { outcome: outcomeOfStop(context.signal.reason as StopReason) }
    return { outcome: 'error', error: errorOf(error) }
  }
}

async function checkAfter(op: OpDefinition, context: OpContext, before: Json | null, ending: StepEnding): Promise<StepEnding> {
  const check = await op.postCheck!(context, before)
  context.emit({
    kind: 'step',
    level: check.result === 'mismatch' ? 'error' : 'info',
    message: `post-check: ${check.result}`,
    data: check.data,
  })
  if (check.result !== 'mismatch') return ending
  return {
    outcome: 'post_check_failed',
    error: check.error ?? { code: 'POST_CHECK_FAILED', message: `${op.title} ended, but its effect is not there.` },
  }
}

/** What a step that was stopped has ended as. */
export function outcomeOfStop(reason: StopReason): Outcome {
  return reason === 'shutdown' ? 'interrupted' : reason
}

/** Any thrown value as the error that is stored and shown. */
export function errorOf(error: unknown): RunError {
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'ERROR'
    return { code, message: error.message || error.name }
  }
  return { code: 'ERROR', message: String(error) }
}

export const isLeaseLost = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'LEASE_LOST'
