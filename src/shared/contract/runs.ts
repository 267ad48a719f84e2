import { eventIterator, oc, type } from '@orpc/contract'
import { z } from 'zod'
import {
  ClaimedRun,
  EndedHow,
  type FeedMessage,
  FileDiff,
  Id,
  Json,
  KillSignal,
  Lane,
  LaneName,
  Lease,
  NewEvent,
  Outcome,
  Progress,
  Run,
  RunAttempt,
  RunError,
  RunEvent,
  RunStatus,
  RunSummary,
  StepSpec,
  Timestamp,
} from '../models/index.ts'

const ById = z.object({ runId: Id })

/** A run to queue. Either `steps`, or `prompt` alone: one `agent` step. `model` and `policy` go into that step. */
export const CreateRun = z.object({
  title: z.string().trim().max(500).optional(),
  template: z.string().max(200).optional(),
  params: z.record(z.string(), Json).optional(),
  steps: z.array(StepSpec).min(1).max(100).optional(),
  prompt: z.string().trim().min(1).max(200_000).optional(),
  model: z.string().max(300).optional(),
  policy: z.enum(['ask', 'allow-edits', 'allow-all']).optional(),
  projectId: Id.optional(),
  /** Commit, branch or tag that the worktree starts from; the project's HEAD when left out. */
  base: z.string().max(500).optional(),
  lane: LaneName.default('A'),
  priority: z.number().int().min(-1_000_000).max(1_000_000).default(0),
  runAt: Timestamp.optional(),
  maxAttempts: z.number().int().min(1).max(100).optional(),
  idempotencyKey: z.string().min(1).max(200).optional(),
})
export type CreateRun = z.input<typeof CreateRun>

/** Which runs to list, newest first. `cursor` is the `nextCursor` of the page before. `q` looks into titles. */
export const RunQuery = z.object({
  status: z.union([RunStatus, z.array(RunStatus)]).optional(),
  lane: LaneName.optional(),
  template: z.string().optional(),
  projectId: Id.optional(),
  from: z.coerce.number().int().optional(),
  to: z.coerce.number().int().optional(),
  q: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(200).optional(),
})
export type RunQuery = z.infer<typeof RunQuery>

export const RunDiff = z.object({
  base: z.string().nullable(),
  head: z.string().nullable(),
  files: z.array(FileDiff),
})
export type RunDiff = z.infer<typeof RunDiff>

export const runsContract = {
  create: oc.route({ method: 'POST', path: '/runs.create' }).input(CreateRun).output(Run),
  list: oc
    .route({ method: 'GET', path: '/runs' })
    .input(RunQuery)
    .output(z.object({ runs: z.array(RunSummary), nextCursor: z.string().nullable() })),
  get: oc
    .route({ method: 'GET', path: '/runs/{id}' })
    .input(z.object({ id: Id }))
    .output(Run),
  attempts: oc
    .route({ method: 'GET', path: '/runs/{id}/attempts' })
    .input(z.object({ id: Id }))
    .output(z.object({ attempts: z.array(RunAttempt) })),
  events: oc
    .route({ method: 'GET', path: '/runs/{id}/events' })
    .input(
      z.object({
        id: Id,
        afterSeq: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(5_000).default(500),
      }),
    )
    .output(z.object({ events: z.array(RunEvent) })),
  /** The run's feed: stored events after `afterSeq` (or after `Last-Event-ID`), then what happens, text as it grows included. */
  follow: oc
    .route({ method: 'GET', path: '/runs/{id}/events/stream' })
    .input(z.object({ id: Id, afterSeq: z.coerce.number().int().min(0).default(0) }))
    .output(eventIterator(type<FeedMessage>())),
  diff: oc
    .route({ method: 'GET', path: '/runs/{id}/diff' })
    .input(z.object({ id: Id }))
    .output(RunDiff),
  cancel: oc
    .route({ method: 'POST', path: '/runs.cancel' })
    .input(ById.extend({ reason: z.string().max(1_000).optional() }))
    .output(Run),
  /** Queues a run that ended without success again: a new attempt, from its first unfinished step, in the same worktree and session. */
  retry: oc
    .route({ method: 'POST', path: '/runs.retry' })
    .input(ById.extend({ reason: z.string().max(1_000).optional() }))
    .output(Run),
  /** Gives the running step more time: `ms` from now, or its whole time limit again. Refused with `CONFLICT` while no step runs. */
  wait: oc
    .route({ method: 'POST', path: '/runs.wait', summary: 'Wait longer for a step whose time is over' })
    .input(
      ById.extend({
        ms: z
          .number()
          .int()
          .min(1_000)
          .max(30 * 86_400_000)
          .optional(),
      }),
    )
    .output(Run),
  /** Takes a failed run out of the active panel. */
  dismiss: oc.route({ method: 'POST', path: '/runs.dismiss' }).input(ById).output(Run),
  /** Moves a waiting run to another lane or place. Refused with `CONFLICT` once it has started. */
  move: oc
    .route({ method: 'POST', path: '/runs.move' })
    .input(ById.extend({ lane: LaneName.optional(), priority: z.number().int().min(-1_000_000).max(1_000_000).optional() }))
    .output(Run),
  claim: oc
    .route({ method: 'POST', path: '/runs.claim' })
    .input(
      z.object({
        workerId: z.string().min(1).max(200),
        lanes: z.array(LaneName).min(1),
        limit: z.number().int().min(1).max(100),
        leaseMs: z.number().int().min(1_000).max(3_600_000).optional(),
      }),
    )
    .output(z.object({ runs: z.array(ClaimedRun) })),
  heartbeat: oc
    .route({ method: 'POST', path: '/runs.heartbeat' })
    .input(Lease.extend({ progress: Progress.optional(), message: z.string().max(10_000).optional() }))
    .output(z.object({ leaseUntil: Timestamp, cancelRequested: z.boolean(), kill: KillSignal.nullable() })),
  complete: oc
    .route({ method: 'POST', path: '/runs.complete' })
    .input(
      Lease.extend({
        status: z.enum(['succeeded', 'failed', 'cancelled']),
        outcome: Outcome.optional(),
        how: EndedHow.optional(),
        error: RunError.unwrap().optional(),
        result: Json.optional(),
      }),
    )
    .output(Run),
  release: oc.route({ method: 'POST', path: '/runs.release' }).input(Lease).output(Run),
}

export const eventsContract = {
  append: oc
    .route({ method: 'POST', path: '/events.append' })
    .input(Lease.extend({ events: z.array(NewEvent).min(1).max(1_000) }))
    .output(z.object({ lastSeq: z.number().int() })),
}

export const lanesContract = {
  list: oc.route({ method: 'GET', path: '/lanes' }).output(z.object({ lanes: z.array(Lane) })),
  update: oc
    .route({ method: 'POST', path: '/lanes.update' })
    .input(z.object({ lane: LaneName, limit: z.number().int().min(0).max(200).optional(), paused: z.boolean().optional() }))
    .output(Lane),
}
