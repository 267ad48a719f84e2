import type { DispatchedRun } from '../../shared/contract/index.ts'
import { AppError, type Run } from '../../shared/models/index.ts'
import type { CoreApi } from '../ipc/index.ts'
import { type DispatchPlan, describeOps, planDispatch, readOptions, refusalOf, runKey } from '../ops/index.ts'
import { newId } from '../platform/index.ts'
import { type NewRun, planRun } from '../runs/index.ts'
import { findTarget } from './dispatch-target.ts'
import type { Rooms } from './rooms.ts'

type Request = Parameters<CoreApi['ops']['dispatch']>[0]

/** What the doors may ask about ops: what there is, and to run one for many targets. */
export function opsApi(rooms: Rooms): CoreApi['ops'] {
  const { store, clock } = rooms

  /** What is known under the dispatch's key. @throws AppError CONFLICT when the key was used for something else */
  const findEarlier = async (request: Request, target: string | null): Promise<Run | null> => {
    const key = runKey(request.idempotencyKey, target)
    const run = key === undefined ? null : await store.byKey(key)
    if (run && run.op !== request.op) {
      throw new AppError('CONFLICT', `idempotencyKey: the run ${run.id} has it, and that is ${run.op}: take another key.`, {
        data: { field: 'idempotencyKey', runId: run.id },
      })
    }
    return run
  }
  /** One run, checked down to the op's own check and not stored yet. */
  const check = async (request: Request, plan: DispatchPlan, id: string | null, index: number): Promise<NewRun> => {
    const { op, kind } = plan
    const field = id === null ? 'op' : `${plan.field}.${index}`
    const { given, parsed } = readOptions(plan, request.options, id)
    const target = await findTarget(rooms, kind, id, { projectId: request.projectId, field })
    const valid = await op.preValidate?.(parsed, target)
    if (valid && !valid.ok) throw refusalOf(valid.error, field)
    const planned = planRun(
      {
        // An op that says itself what it does is titled by that.
        title: 'prompt' in given || 'command' in given ? undefined : [op.title, target.label].filter((part) => part !== null).join(' · '),
        params: id === null ? {} : { target: id },
        steps: [{ op: op.name, params: given }],
        projectId: target.project?.id,
        lane: request.lane,
        priority: 0,
        idempotencyKey: runKey(request.idempotencyKey, id),
      },
      { id: newId(), now: clock.now(), ops: rooms.ops, project: target.project, defaultModel: rooms.settings.get().opencode.model },
    )
    return { ...planned, target: id }
  }
  /** Does at once what a control op does, and keeps that as a run which has ended. Among others that have acted already a refusal is kept as failed. */
  const control = async ({ op }: DispatchPlan, run: NewRun, keepRefusal: boolean): Promise<Run> => {
    const deed = op.control!(op.params.parse(run.steps[0]!.params))
    return (await store.control(run, { ...deed, keepRefusal }, clock.now())).run
  }

  return {
    list: () => ({ ops: describeOps(rooms.ops) }),
    async dispatch(request) {
      const plan = planDispatch(request, rooms.ops)
      const planned: { target: string | null; run: Run | NewRun }[] = []
      for (const [index, target] of plan.targets.entries()) {
        // A repeated dispatch is answered before any check: what it did may be the very reason why it would be refused now.
        planned.push({ target, run: (await findEarlier(request, target)) ?? (await check(request, plan, target, index)) })
      }
      const runs: DispatchedRun[] = []
      for (const { target, run } of planned) {
        let stored: Run
        if ('status' in run) stored = run
        else if (plan.op.control) stored = await control(plan, run, runs.length > 0)
        else stored = (await store.enqueue(run, clock.now())).run
        runs.push({ id: stored.id, op: plan.op.name, target, status: stored.status })
      }
      return { runs }
    },
  }
}
