import type { z } from 'zod'
import { fail, type Json, type Result, type Run } from '../../shared/models/index.ts'
import { type CancelRequest, decideCancel, defineOp, type OpDefinition } from '../runs/index.ts'
import { endingOf } from './endings.ts'

/** What ops that act on other runs need. */
export interface ControlDeps {
  readonly run: (runId: string) => Promise<Run | null>
  /** @throws AppError NOT_FOUND, CONFLICT */
  readonly cancelRun: (runId: string, request: CancelRequest) => Promise<Run>
}

/** Makes an op that acts at once when it is dispatched. As a step of a run it acts when its turn comes. */
export function controlOp<P>(op: {
  name: string
  title: string
  params: z.ZodType<P>
  check: (params: P) => Promise<Result<void>>
  act: (params: P) => Promise<{ message: string; result: Json }>
}): OpDefinition {
  const { name, title, params, check, act } = op
  return defineOp<P>({
    name,
    title,
    params,
    timeouts: { warningMs: 10_000, hardMs: 30_000, onTimeout: 'kill' },
    cancellable: false,
    idempotent: false,
    workspace: 'none',
    targets: 'run',
    control: true,
    preValidate: check,
    act,
    async execute(context) {
      try {
        return { outcome: 'success', ...(await act(context.params)) }
      } catch (error) {
        return endingOf(error, 'CONTROL_FAILED')
      }
    },
  })
}

/** Whether a run can be asked that now; nothing is changed. */
export async function checkCancel({ run }: ControlDeps, runId: string, request: CancelRequest): Promise<Result<void>> {
  const found = await run(runId)
  if (!found) return fail('NOT_FOUND', `there is no run ${runId}.`)
  const decision = decideCancel({ ...found, cancelReason: null }, request, 0)
  return decision.ok ? { ok: true, value: undefined } : decision
}

/** What the target was when it had been asked. */
export const nameStatus = ({ status, attempt }: Run): { status: string; attempt: number } => ({ status, attempt })
