import { z } from 'zod'
import { Id, KillSignal } from '../../shared/models/index.ts'
import type { OpDefinition } from '../runs/index.ts'
import { type ControlDeps, checkCancel, controlOp, nameStatus } from './control.ts'

const Params = z.strictObject({
  runId: Id,
  /** What its processes get first; what is left 5 seconds later gets SIGKILL. */
  signal: KillSignal.default('SIGTERM'),
  reason: z.string().trim().min(1).max(1_000).optional(),
})

/** Ends the processes of a live run. Acts at once; the run that is kept says whom it asked to end and how. */
export const createKillOp = (deps: ControlDeps): OpDefinition =>
  controlOp<z.infer<typeof Params>>({
    name: 'kill',
    title: 'Kill',
    params: Params,
    check: ({ runId, signal, reason }) => checkCancel(deps, runId, { mode: 'kill', signal, reason: reason ?? null }),
    async act({ runId, signal, reason }) {
      const run = await deps.cancelRun(runId, { mode: 'kill', signal, reason: reason ?? null })
      return {
        message: `Asked “${run.title}” to end by ${signal}`,
        result: { target: runId, asked: 'kill', signal, reason: reason ?? null, ...nameStatus(run) },
      }
    },
  })
