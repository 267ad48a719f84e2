import { z } from 'zod'
import { Id } from '../../shared/models/index.ts'
import type { OpDefinition } from '../runs/index.ts'
import { type ControlDeps, checkCancel, controlOp, nameStatus } from './control.ts'

const Params = z.strictObject({ runId: Id, reason: z.string().trim().min(1).max(1_000).optional() })

/** Ends a run that waits, and has a live one stop by itself. Acts at once; the run that is kept says whom it asked. */
export const createCancelOp = (deps: ControlDeps): OpDefinition =>
  controlOp<z.infer<typeof Params>>({
    name: 'cancel',
    title: 'Cancel',
    params: Params,
    check: ({ runId, reason }) => checkCancel(deps, runId, { mode: 'cancel', reason: reason ?? null }),
    async act({ runId, reason }) {
      const run = await deps.cancelRun(runId, { mode: 'cancel', reason: reason ?? null })
      return {
        message: run.status === 'cancelled' ? `Cancelled “${run.title}”` : `Asked “${run.title}” to stop`,
        result: { target: runId, asked: 'cancel', reason: reason ?? null, ...nameStatus(run) },
      }
    },
  })
