import type { z } from 'zod'
import { fail, type Result, type Run } from '../../shared/models/index.ts'
import { type CancelRequest, type Deed, decideCancel, defineOp, describeDeed, type OpDefinition } from '../runs/index.ts'
import { endingOf } from './endings.ts'

/** What ops that act on other runs need. */
export interface ControlDeps {
  readonly run: (runId: string) => Promise<Run | null>
  /** @throws AppError NOT_FOUND, CONFLICT */
  readonly cancelRun: (runId: string, request: CancelRequest) => Promise<Run>
}

/** Makes an op that acts at once when it is dispatched. As a step of a run it acts when its turn comes. */
export function controlOp<P>(
  deps: ControlDeps,
  op: { name: string; title: string; params: z.ZodType<P>; control: (params: P) => Omit<Deed, 'keepRefusal'> },
): OpDefinition {
  const { name, title, params, control } = op
  return defineOp<P>({
    name,
    title,
    params,
    timeouts: { warningMs: 10_000, hardMs: 30_000, onTimeout: 'kill' },
    cancellable: false,
    idempotent: false,
    workspace: 'none',
    targets: 'run',
    control,
    preValidate: (given) => check(deps, control(given)),
    async execute(context) {
      const { runId, request } = control(context.params)
      try {
        const { message, result } = describeDeed(await deps.cancelRun(runId, request), request)
        return { outcome: 'success', message, ...(result === null ? {} : { result }) }
      } catch (error) {
        return endingOf(error, 'CONTROL_FAILED')
      }
    },
  })
}

/** Whether a run can be asked that now; nothing is changed. */
async function check({ run }: ControlDeps, { runId, request }: Omit<Deed, 'keepRefusal'>): Promise<Result<void>> {
  const found = await run(runId)
  if (!found) return fail('NOT_FOUND', `there is no run ${runId}.`)
  const decision = decideCancel({ ...found, cancelReason: null }, request, 0)
  return decision.ok ? { ok: true, value: undefined } : decision
}
