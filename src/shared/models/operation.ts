import { z } from 'zod'
import { Progress, Timestamp } from './common.ts'
import { RunError } from './errors.ts'

export const OperationCategory = z.enum(['install', 'update', 'loading', 'run', 'worktree', 'session', 'command'])
export type OperationCategory = z.infer<typeof OperationCategory>

export const OperationState = z.enum(['active', 'completed', 'failed', 'cancelled'])
export type OperationState = z.infer<typeof OperationState>

/** Cancel is offered on screen once an operation has run this long, in milliseconds. */
export const CANCELLABLE_AFTER_MS = 5_000

/**
 * The live, observable record of one piece of activity.
 *
 * `progress` never falls, may leave -1 once, and is exactly 1 only on success. `inHistory` says which panel shows it: ended operations are
 * in history, failed ones only once they were dismissed or retried. `canRetry` says whether Retry can do anything.
 */
export const Operation = z
  .object({
    id: z.string(),
    name: z.string(),
    category: OperationCategory,
    state: OperationState,
    startedAt: Timestamp,
    endedAt: Timestamp.nullable(),
    progress: Progress,
    message: z.string(),
    cancellable: z.boolean(),
    error: RunError.nullable(),
    retryOf: z.string().nullable(),
    runId: z.string().nullable(),
    parentId: z.string().nullable(),
    canRetry: z.boolean(),
    inHistory: z.boolean(),
  })
  .readonly()
export type Operation = z.infer<typeof Operation>
