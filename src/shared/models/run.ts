import { z } from 'zod'
import { Id, Json, Progress, Timestamp } from './common.ts'
import { RunError } from './errors.ts'

export const LANE_NAMES = ['A', 'B', 'C', 'D'] as const
export const LaneName = z.enum(LANE_NAMES)
export type LaneName = z.infer<typeof LaneName>

export const RunStatus = z.enum(['scheduled', 'queued', 'running', 'awaiting_reconnect', 'cancelling', 'succeeded', 'failed', 'cancelled'])
export type RunStatus = z.infer<typeof RunStatus>

/** Statuses of a run that is over. */
export const ENDED_STATUSES = ['succeeded', 'failed', 'cancelled'] as const satisfies readonly RunStatus[]
/** Statuses in which a run holds a place under the limits. */
export const LIVE_STATUSES = ['running', 'awaiting_reconnect', 'cancelling'] as const satisfies readonly RunStatus[]
export const isEnded = (status: RunStatus): boolean => (ENDED_STATUSES as readonly RunStatus[]).includes(status)
export const isLive = (status: RunStatus): boolean => (LIVE_STATUSES as readonly RunStatus[]).includes(status)

/** Why a run, an attempt or a step ended. */
export const Outcome = z.enum([
  'success',
  'error',
  'validation_failed',
  'timed_out',
  'killed',
  'cancelled',
  'lease_lost',
  'post_check_failed',
  'stale_binary',
  'suspicious',
  'interrupted',
])
export type Outcome = z.infer<typeof Outcome>

/** What a person is needed for. */
export const Attention = z.enum(['permission', 'question', 'timeout', 'conflict', 'review'])
export type Attention = z.infer<typeof Attention>

/** Time limits of a step in milliseconds, counted from its start without the time it waits for a person. */
export const Timeouts = z
  .object({
    warningMs: z.number().int().positive(),
    hardMs: z.number().int().positive(),
    onTimeout: z.enum(['ask', 'kill']),
  })
  .readonly()
export type Timeouts = z.infer<typeof Timeouts>

/** One step as a caller writes it. */
export const StepSpec = z
  .object({
    op: z.string().min(1).max(100),
    params: z.record(z.string(), Json).default({}),
    name: z.string().max(200).optional(),
    timeouts: Timeouts.unwrap().partial().optional(),
    continueOnError: z.boolean().optional(),
  })
  .readonly()
export type StepSpec = z.infer<typeof StepSpec>

export const TimeoutStatus = z.enum(['normal', 'warning', 'timed_out'])
export type TimeoutStatus = z.infer<typeof TimeoutStatus>

/** How a run is asked to end: it may stop by itself first, or its processes are ended. `timeout` is a kill that nobody asked for: its time is over. */
export const CancelMode = z.enum(['cancel', 'kill', 'timeout'])
export type CancelMode = z.infer<typeof CancelMode>

/** The signal that a kill begins with. */
export const KillSignal = z.enum(['SIGTERM', 'SIGINT', 'SIGKILL'])
export type KillSignal = z.infer<typeof KillSignal>

/**
 * How what was told to stop came to its end: by itself without a signal, by the signal that a kill begins with, by SIGKILL, or `fenced`:
 * nobody could prove its end, and its lease was closed all the same.
 */
export const EndedHow = z.enum(['cooperative', 'term', 'kill', 'fenced'])
export type EndedHow = z.infer<typeof EndedHow>

/** What a program is: two are the same only when version and content hash are. */
export const Build = z.object({ version: z.string().max(200), contentHash: z.string().max(200) }).readonly()
export type Build = z.infer<typeof Build>

/**
 * Whom a run waits for to come back, and as what. Stored before the command is sent that makes it restart.
 *
 * `oldStartedAt` is when the old process had started; `seenAt` is set when it came back after the deadline.
 */
export const Reconnect = z
  .object({
    workerId: z.string(),
    oldBuild: Build,
    expectedBuild: Build,
    oldInstanceId: z.string(),
    oldStartedAt: Timestamp,
    deadline: Timestamp,
    seenAt: Timestamp.nullable(),
  })
  .readonly()
export type Reconnect = z.infer<typeof Reconnect>

/** One step as it is kept. `index` counts from 0. */
export const RunStep = z
  .object({
    index: z.number().int().nonnegative(),
    op: z.string(),
    name: z.string(),
    params: z.record(z.string(), Json),
    status: z.enum(['pending', 'running', 'succeeded', 'failed', 'cancelled']),
    outcome: Outcome.nullable(),
    startedAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
    /** Since when its time counts: its start, moved by each wait for a person, or when it was last given more time. Its limit is `timeoutAt - timedFrom`. */
    timedFrom: Timestamp.nullable(),
    warningAt: Timestamp.nullable(),
    timeoutAt: Timestamp.nullable(),
    timeoutStatus: TimeoutStatus,
    /** What happens when its time is over; null until it has begun. */
    onTimeout: z.enum(['ask', 'kill']).nullable(),
    /** Since when its clock stands still because a person is waited for; both moments move by as long as that takes. */
    pausedAt: Timestamp.nullable(),
    continueOnError: z.boolean(),
    timeouts: Timeouts.unwrap().partial().nullable(),
    error: RunError.nullable(),
    result: Json.nullable(),
  })
  .readonly()
export type RunStep = z.infer<typeof RunStep>

/** One try at a run; `n` counts from 1. */
export const RunAttempt = z
  .object({
    id: z.string(),
    runId: Id,
    n: z.number().int().positive(),
    workerId: z.string(),
    instanceId: z.string(),
    startedAt: Timestamp,
    heartbeatAt: Timestamp,
    leaseUntil: Timestamp,
    endedAt: Timestamp.nullable(),
    outcome: Outcome.nullable(),
    /** How it came to its end when it was told to stop. */
    how: EndedHow.nullable(),
    error: RunError.nullable(),
  })
  .readonly()
export type RunAttempt = z.infer<typeof RunAttempt>

/**
 * A run as lists and the board show it: everything but its parameters and steps.
 *
 * `heartbeatAt` is the last sign of life of its attempt; `message` one line on what it does now, or what came of it.
 * `timeoutStatus`, `timedFrom`, `warningAt` and `timeoutAt` are those of the running step and null without one; while its clock stands still (`pausedAt`)
 * the last two are null. The step has used `(pausedAt ?? now) - timedFrom` of its time. `reconnectDeadline` is until when a run that is `awaiting_reconnect` waits for its target, and null in any other status. `cancelMode` says
 * what was asked of a run that is `cancelling`, `cancelSignal` with which signal, also of one that was killed, `endedHow` how an attempt that was told to stop ended.
 */
export const RunSummary = z
  .object({
    id: Id,
    title: z.string(),
    op: z.string(),
    template: z.string().nullable(),
    projectId: Id.nullable(),
    lane: LaneName,
    priority: z.number().int(),
    status: RunStatus,
    outcome: Outcome.nullable(),
    attention: Attention.nullable(),
    timeoutStatus: TimeoutStatus,
    timedFrom: Timestamp.nullable(),
    warningAt: Timestamp.nullable(),
    timeoutAt: Timestamp.nullable(),
    pausedAt: Timestamp.nullable(),
    reconnectDeadline: Timestamp.nullable(),
    cancelMode: CancelMode.nullable(),
    cancelSignal: KillSignal.nullable(),
    endedHow: EndedHow.nullable(),
    progress: Progress,
    message: z.string(),
    attempt: z.number().int().nonnegative(),
    maxAttempts: z.number().int().positive(),
    lost: z.number().int().nonnegative(),
    maxLost: z.number().int().nonnegative(),
    runAt: Timestamp,
    createdAt: Timestamp,
    startedAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
    heartbeatAt: Timestamp.nullable(),
    sessionId: z.string().nullable(),
    worktreeId: z.string().nullable(),
    model: z.string().nullable(),
    error: RunError.nullable(),
    cost: z.number().nonnegative(),
    dismissed: z.boolean(),
  })
  .readonly()
export type RunSummary = z.infer<typeof RunSummary>

/** A whole run. */
export const Run = RunSummary.unwrap()
  .extend({
    params: z.record(z.string(), Json),
    steps: z.array(RunStep).readonly(),
    idempotencyKey: z.string().nullable(),
    /** What the run was dispatched at: the id of a run, a worker, a worktree or a project. */
    target: z.string().nullable(),
    reconnect: Reconnect.nullable(),
  })
  .readonly()
export type Run = z.infer<typeof Run>

/** What a claim hands to a worker: the run and the token that fences every write of this attempt. */
export const ClaimedRun = Run.unwrap().extend({ attemptId: z.string(), leaseToken: z.string(), leaseUntil: Timestamp }).readonly()
export type ClaimedRun = z.infer<typeof ClaimedRun>

/** The fence of an attempt. Every write of a worker carries it; a stale one is refused with `LEASE_LOST`. */
export const Lease = z.object({ runId: Id, attemptId: z.string().min(1), leaseToken: z.string().min(1) })
export type Lease = z.infer<typeof Lease>
