import { z } from 'zod'
import type { Dispatch, OpInfo, TargetKind } from '../../shared/contract/ops.ts'
import { AppError, ERROR_STATUS, type ErrorCode, type Json, type RunError } from '../../shared/models/index.ts'
import type { OpDefinition, OpRegistry } from '../runs/index.ts'

/** The parameter of a step that holds its target. A project is none: the run itself belongs to it. */
export const TARGET_PARAM: Readonly<Record<TargetKind, string | null>> = {
  none: null,
  project: null,
  worktree: 'worktreeId',
  worker: 'workerId',
  run: 'runId',
}

/** What `targets` of an op are. */
export const targetKindOf = (op: OpDefinition): TargetKind => op.targets ?? 'project'

/** What a dispatch comes to: one run for each of `targets`, where null is a run without one. */
export interface DispatchPlan {
  readonly op: OpDefinition
  readonly kind: TargetKind
  readonly targets: readonly (string | null)[]
  /** The field of the request that held the targets. */
  readonly field: 'targets' | 'hosts'
}

/**
 * Decides from the request alone which runs a dispatch makes, or refuses it. Whether the targets exist is for the caller to find out.
 *
 * @throws AppError VALIDATION_FAILED with the wrong field in `data.field`
 */
export function planDispatch(request: z.output<typeof Dispatch>, ops: OpRegistry): DispatchPlan {
  const op = ops.get(request.op)
  if (!op) throw wrong('op', `there is no op “${request.op}”. Known ops: ${[...ops.keys()].join(', ')}.`)
  if (request.targets && request.hosts) throw wrong('hosts', 'it is another name of targets: send only one of the two.')
  const field = request.hosts ? 'hosts' : 'targets'
  const targets = request.targets ?? request.hosts ?? []
  const kind = targetKindOf(op)
  const param = TARGET_PARAM[kind]

  const again = targets.findIndex((target, index) => targets.indexOf(target) < index)
  if (again >= 0) throw wrong(`${field}.${again}`, `${targets[again]} is named twice.`)
  if (kind === 'none' && targets.length) throw wrong(field, `${op.name} takes no targets: leave it out.`)
  if (kind === 'project' && targets.length && request.projectId) {
    throw wrong('projectId', `the targets of ${op.name} are projects already: leave one of the two out.`)
  }
  if (param && targets.length === 0) throw wrong(field, `${op.name} needs at least one ${kind}: name its id.`)
  if (param && param in request.options) throw wrong(`options.${param}`, `${op.name} takes it from ${field}: leave it out here.`)
  return { op, kind, targets: targets.length ? targets : [null], field }
}

/**
 * Makes the parameters of a step from the options of a dispatch and one target.
 *
 * @returns them as they were given and as the op's schema reads them
 * @throws AppError VALIDATION_FAILED naming the option
 */
export function readOptions(plan: DispatchPlan, options: Readonly<Record<string, Json>>, target: string | null) {
  const param = TARGET_PARAM[plan.kind]
  const given: Record<string, Json> = { ...options, ...(param && target !== null ? { [param]: target } : {}) }
  const parsed = plan.op.params.safeParse(given)
  if (parsed.success) return { given, parsed: parsed.data }
  const [issue] = parsed.error.issues
  throw wrong(['options', ...(issue?.path ?? [])].join('.'), `${issue?.message} (${plan.op.name}).`, { issues: parsed.error.issues })
}

/** The refusal of an op's own check as an error for the caller. A code that callers do not know becomes `data.code`. */
export function refusalOf(error: RunError, field: string): AppError {
  const data = { ...(isPlainObject(error.data) ? error.data : error.data === undefined ? {} : { details: error.data }), field }
  return error.code in ERROR_STATUS
    ? new AppError(error.code as ErrorCode, error.message, { data })
    : new AppError('VALIDATION_FAILED', error.message, { data: { ...data, code: error.code } })
}

/** The key of one run of a dispatch, so that a repeated dispatch finds it. */
export const runKey = (dispatchKey: string | undefined, target: string | null): string | undefined =>
  dispatchKey === undefined || target === null ? dispatchKey : `${dispatchKey}:${target}`

/** Describes the ops for a caller, parameters as JSON schemas. */
export const describeOps = (ops: OpRegistry): OpInfo[] =>
  [...ops.values()].map((op) => ({
    name: op.name,
    title: op.title,
    params: z.toJSONSchema(op.params, { io: 'input', unrepresentable: 'any' }),
    timeouts: op.timeouts,
    targets: targetKindOf(op),
    targetParam: TARGET_PARAM[targetKindOf(op)],
    cancellable: op.cancellable,
    idempotent: op.idempotent,
    control: op.control !== undefined,
  }))

const wrong = (field: string, message: string, more: object = {}): AppError =>
  new AppError('VALIDATION_FAILED', `${field}: ${message}`, { data: { field, ...more } })

const isPlainObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
