import { type AppError, type EndedHow, isAppError, type Json, type RunError } from '../../shared/models/index.ts'
import { type OpContext, outcomeOfStop, type StepEnding, type StopReason } from '../runs/index.ts'

/** How a step ends that was told to stop. `how` is what it had to do to its processes. */
export const stopped = ({ signal }: Pick<OpContext, 'signal'>, result?: Json, how?: EndedHow): StepEnding => ({
  outcome: outcomeOfStop(signal.reason as StopReason),
  ...(result === undefined ? {} : { result }),
  ...(how === undefined ? {} : { how }),
})

/**
 * The ending of a step for what another room threw.
 *
 * What a person has to put right first is a refusal and not tried again; a command that failed is an error with `failureCode`.
 *
 * @throws the error itself when it is no `AppError`, for it then is a bug
 */
export function endingOf(error: unknown, failureCode: string): StepEnding {
  if (!isAppError(error)) throw error
  const failed = error.code === 'INTERNAL' || error.code === 'STORE_UNAVAILABLE'
  return failed ? { outcome: 'error', error: runError(error, failureCode) } : { outcome: 'validation_failed', error: refusal(error) }
}

/** A refusal of another room as it is stored with a run. */
export const refusal = (error: AppError): RunError => ({ ...runError(error, error.code), retryable: false })

const runError = (error: AppError, code: string): RunError => ({
  code,
  message: error.message,
  ...(error.data === undefined ? {} : { data: JSON.parse(JSON.stringify(error.data)) as Json }),
})
