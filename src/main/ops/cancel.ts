import { z } from 'zod'
import { Id } from '../../shared/models/index.ts'
import type { OpDefinition } from '../runs/index.ts'
import { type ControlDeps, controlOp } from './control.ts'

const Params = z.strictObject({ runId: Id, reason: z.string().trim().min(1).max(1_000).optional() })

/** Ends a run that waits, and has a live one stop by itself. Acts at once; the run that is kept says whom it asked. */
export const createCancelOp = (deps: ControlDeps): OpDefinition =>
  controlOp<z.infer<typeof Params>>(deps, {
    name: 'cancel',
    title: 'Cancel',
    params: Params,
    control: ({ runId, reason }) => ({ runId, request: { mode: 'cancel', reason: reason ?? null } }),
  })
