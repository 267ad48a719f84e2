import { z } from 'zod'
import { Timestamp } from './common.ts'
import { Build } from './run.ts'

/**
 * `starting` · `running` · `half_open`: started on trial after too many crashes · `backing_off`: crashed, started again at `nextTryAt` ·
 * `open`: crashed too often, tried again at `nextTryAt` or by a reset · `hung`: its start or stop never came to an end and was given up · `stopped`.
 */
export const WorkerState = z.enum(['starting', 'running', 'backing_off', 'open', 'half_open', 'stopped', 'hung'])
export type WorkerState = z.infer<typeof WorkerState>

/** Something long-lived that the host keeps going (`supervised`), or a process that executes runs (`worker`). */
export const WorkerStatus = z
  .object({
    id: z.string(),
    /** What `workers.reset` takes. */
    name: z.string(),
    kind: z.enum(['supervised', 'worker']),
    /** Whether nothing is claimed while its breaker is open. */
    critical: z.boolean(),
    state: WorkerState,
    /** Starts after the first one. */
    restarts: z.number().int().nonnegative(),
    /** Starts and stops that hung and were given up; something of these may still run. */
    abandoned: z.number().int().nonnegative(),
    /** Why it crashed last; null when it never did. */
    lastError: z.string().nullable(),
    /** When it is started again; null when no start is planned. */
    nextTryAt: Timestamp.nullable(),
    /** Since when it runs; null while it does not. */
    startedAt: Timestamp.nullable(),
    /** Which process start it is, where it says so: another one each time it has started. */
    instanceId: z.string().optional(),
    /** What it runs; only of a worker process that has said so. */
    build: Build.optional(),
    /** What `worker.switch` is dispatched at; only of a worker process, also while it does not run. */
    workerId: z.string().optional(),
  })
  .readonly()
export type WorkerStatus = z.infer<typeof WorkerStatus>
