import type { z } from 'zod'
import type { CreateRun } from '../../shared/contract/runs.ts'
import { AppError, type KillSignal, type Project, type Run, type Settings, type StepSpec } from '../../shared/models/index.ts'
import type { Clock } from '../platform/index.ts'
import { checkStep, type OpRegistry, planRun } from './create-run.ts'
import type { RunStore } from './store-port.ts'
import { timeoutsOf } from './timing.ts'

/** More time for a step of an op that only its worker knows, in milliseconds. */
const DEFAULT_WAIT_MS = 30 * 60_000

/** What a caller can ask of the queue, screen and HTTP alike. Every run goes in and out through here. */
export interface Runs {
  /** Stores a run. With a known `idempotencyKey` the run that exists. @throws AppError VALIDATION_FAILED, FORBIDDEN, NOT_FOUND */
  create(request: z.output<typeof CreateRun>): Promise<Run>
  get(runId: string): Promise<Run>
  cancel(runId: string, reason?: string): Promise<Run>
  retry(runId: string, reason?: string): Promise<Run>
  /** Ends the processes of a live run. @throws AppError NOT_FOUND, CONFLICT when nothing of it runs or it is being killed already */
  kill(runId: string, signal: KillSignal, reason?: string): Promise<Run>
  /** Gives the running step more time, its whole limit again when `ms` is left out. @throws AppError NOT_FOUND, CONFLICT while no step runs */
  wait(runId: string, ms?: number): Promise<Run>
  dismiss(runId: string): Promise<Run>
  /** A further prompt for a run that ended: one more agent step in the same session and worktree. */
  resume(runId: string, text: string): Promise<Run>
}

export function createRuns(deps: {
  store: RunStore
  ops: OpRegistry
  /** Reads the project anew, trust included. @throws AppError NOT_FOUND */
  project: (projectId: string) => Promise<Project>
  settings: () => Settings
  clock: Clock
  newId: () => string
}): Runs {
  const { store, clock } = deps
  const get = async (runId: string): Promise<Run> => {
    const run = await store.get(runId)
    if (!run) throw new AppError('NOT_FOUND', `There is no run ${runId}.`)
    return run
  }
  return {
    get,
    async create(request) {
      const project = request.projectId ? await deps.project(request.projectId) : null
      const now = clock.now()
      const planned = planRun(request, { id: deps.newId(), now, ops: deps.ops, project, defaultModel: deps.settings().opencode.model })
      return (await store.enqueue(planned, now)).run
    },
    async cancel(runId, reason) {
      await get(runId)
      return store.cancel(runId, { mode: 'cancel', reason: reason ?? null }, clock.now())
    },
    async retry(runId, reason) {
      await get(runId)
      return store.retry(runId, reason ?? null, clock.now())
    },
    async kill(runId, signal, reason) {
      await get(runId)
      return store.cancel(runId, { mode: 'kill', signal, reason: reason ?? null }, clock.now())
    },
    async wait(runId, ms) {
      const step = (await get(runId)).steps.find((each) => each.status === 'running')
      const op = step && deps.ops.get(step.op)
      return store.waitLonger(runId, ms ?? (op && step ? timeoutsOf(op, step).hardMs : DEFAULT_WAIT_MS), clock.now())
    },
    async dismiss(runId) {
      await get(runId)
      return store.dismiss(runId, clock.now())
    },
    async resume(runId, text) {
      const run = await get(runId)
      const last = run.steps.findLast((step) => step.op === 'agent')
      if (!last) throw new AppError('CONFLICT', 'This run has no agent to talk to.')
      const { model, policy } = last.params
      const step: StepSpec = { op: 'agent', params: { prompt: text, ...(model ? { model } : {}), ...(policy ? { policy } : {}) } }
      return store.resume(runId, checkStep(step, run.steps.length, deps.ops), clock.now())
    },
  }
}
