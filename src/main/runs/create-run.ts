import type { z } from 'zod'
import type { CreateRun } from '../../shared/contract/runs.ts'
import { AppError, type Json, type Project, type StepSpec } from '../../shared/models/index.ts'
import type { OpDefinition } from './op.ts'
import type { NewRun } from './store-port.ts'

/** Attempts of a run whose every op may be repeated without harm; any other run has one. */
const IDEMPOTENT_ATTEMPTS = 3
const MAX_LOST = 3
const TITLE_LENGTH = 120

/** Ops by name. */
export type OpRegistry = ReadonlyMap<string, OpDefinition>

/**
 * Turns a request into a run to store, or refuses it before anything is stored.
 *
 * @param project the project of `request.projectId`, already known to exist; null without one
 * @param defaults the model and policy of agent steps that name none
 * @throws AppError VALIDATION_FAILED for an unknown op or wrong parameters, naming the step; FORBIDDEN for an agent in an untrusted project
 */
export function planRun(
  request: z.output<typeof CreateRun>,
  context: { id: string; now: number; ops: OpRegistry; project: Project | null; defaultModel: string | null },
): NewRun {
  const steps = (request.steps ?? promptSteps(request)).map((step, index) => checkStep(step, index, context.ops))
  const agentStep = steps.find((step) => step.op === 'agent')
  if (agentStep && !context.project) {
    throw new AppError('VALIDATION_FAILED', 'An agent works in a project: choose one, or add one first.', { data: { field: 'projectId' } })
  }
  if (agentStep && !context.project!.trusted) {
    throw new AppError(
      'FORBIDDEN',
      `“${context.project!.name}” is not trusted: agents there could run its own code. Trust the project first.`,
      {
        data: { projectId: context.project!.id, runsCode: context.project!.runsCode },
      },
    )
  }
  const model = agentStep ? ((agentStep.params.model as string | undefined) ?? context.defaultModel) : null
  const idempotent = steps.every((step) => isIdempotent(context.ops.get(step.op)!, step))
  return {
    id: context.id,
    title: request.title || titleOf(steps),
    op: steps[0]!.op,
    template: request.template ?? null,
    params: { ...request.params, ...(request.base ? { base: request.base } : {}) },
    steps,
    projectId: request.projectId ?? null,
    provider: agentStep ? (model?.split('/')[0] ?? 'default') : null,
    model,
    lane: request.lane,
    priority: request.priority,
    runAt: request.runAt ?? context.now,
    maxAttempts: request.maxAttempts ?? (idempotent ? IDEMPOTENT_ATTEMPTS : 1),
    maxLost: MAX_LOST,
    idempotencyKey: request.idempotencyKey ?? null,
  }
}

const isIdempotent = (op: OpDefinition, { params }: StepSpec): boolean => op.idempotentFor?.(params) ?? op.idempotent

/** A prompt alone is one agent step. */
function promptSteps(request: z.output<typeof CreateRun>): StepSpec[] {
  if (!request.prompt) throw new AppError('VALIDATION_FAILED', 'A run needs a prompt or steps.', { data: { field: 'prompt' } })
  const params: Record<string, Json> = { prompt: request.prompt }
  if (request.model) params.model = request.model
  if (request.policy) params.policy = request.policy
  return [{ op: 'agent', params }]
}

/** A known op with parameters of its schema. Returns the step with the parsed parameters. */
export function checkStep(step: StepSpec, index: number, ops: OpRegistry): StepSpec {
  const op = ops.get(step.op)
  if (!op) {
    throw new AppError('VALIDATION_FAILED', `Step ${index + 1}: there is no op “${step.op}”. Known ops: ${[...ops.keys()].join(', ')}.`, {
      data: { field: `steps.${index}.op` },
    })
  }
  const params = op.params.safeParse(step.params)
  if (!params.success) {
    const [issue] = params.error.issues
    const path = ['steps', index, 'params', ...(issue?.path ?? [])].join('.')
    throw new AppError('VALIDATION_FAILED', `Step ${index + 1} (${step.op}): ${issue?.path.join('.') || 'parameters'}: ${issue?.message}`, {
      data: { field: path, issues: params.error.issues },
    })
  }
  return { ...step, params: params.data as Record<string, Json> }
}

/** The first line of what the first step says or does, cut to a title. */
export function titleOf(steps: readonly StepSpec[]): string {
  const [step] = steps
  const text = step?.name ?? String(step?.params.prompt ?? step?.params.command ?? step?.op ?? 'run')
  const line = text.trim().split('\n')[0]!.trim()
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line
}
