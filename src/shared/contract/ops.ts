import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Json, LaneName, RunStatus, Timeouts } from '../models/index.ts'

/** What kind of thing an op is dispatched at. Its ids are what `targets` holds. */
export const TargetKind = z.enum(['none', 'project', 'worktree', 'worker', 'run'])
export type TargetKind = z.infer<typeof TargetKind>

/**
 * An op as a caller sees it. `params` is a JSON schema of what a step of it takes.
 *
 * `targetParam` names the parameter that dispatch fills with the target; a step written by hand has to give it.
 */
export const OpInfo = z.object({
  name: z.string(),
  title: z.string(),
  params: z.record(z.string(), z.unknown()),
  timeouts: Timeouts,
  targets: TargetKind,
  targetParam: z.string().nullable(),
  cancellable: z.boolean(),
  idempotent: z.boolean(),
  control: z.boolean(),
})
export type OpInfo = z.infer<typeof OpInfo>

const Targets = z.array(z.string().min(1).max(200)).min(1, 'name at least one, or leave it out').max(500)

/**
 * An op for one or many targets: one run for each, one run alone without targets.
 *
 * `hosts` is another name of `targets`. `options` are the parameters of the op. With an `idempotencyKey` a repeated dispatch answers the runs of the
 * first one.
 */
export const Dispatch = z.object({
  op: z.string().min(1).max(100),
  targets: Targets.optional(),
  hosts: Targets.optional(),
  projectId: z.string().min(1).max(200).optional(),
  options: z.record(z.string(), Json).default({}),
  lane: LaneName.default('A'),
  idempotencyKey: z.string().min(1).max(200).optional(),
})
export type Dispatch = z.input<typeof Dispatch>

export const DispatchedRun = z.object({ id: z.string(), op: z.string(), target: z.string().nullable(), status: RunStatus })
export type DispatchedRun = z.infer<typeof DispatchedRun>

export const opsContract = {
  list: oc
    .route({ method: 'GET', path: '/ops', summary: 'Every op, with the JSON schema of its parameters' })
    .output(z.object({ ops: z.array(OpInfo) })),
  /** All targets are checked before anything is stored: a refusal stores nothing for any of them. */
  dispatch: oc
    .route({ method: 'POST', path: '/dispatch', summary: 'Queue an op, one run for each target' })
    .input(Dispatch)
    .output(z.object({ runs: z.array(DispatchedRun) })),
}
