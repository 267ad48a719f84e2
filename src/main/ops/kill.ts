import { z } from 'zod'
import { Id, KillSignal } from '../../shared/models/index.ts'
import type { OpDefinition } from '../runs/index.ts'
import { type ControlDeps, controlOp } from './control.ts'

const Params = z.strictObject({
  runId: Id,
  /** What its processes get first; what is left 5 seconds later gets SIGKILL. */
  signal: KillSignal.default('SIGTERM'),
  reason: z.string().trim().min(1).max(1_000).optional(),
})

/** Ends the processes of a live run. Acts at once; the run that is kept says whom it asked to end and how. */
export const createKillOp = (deps: ControlDeps): OpDefinition =>
  controlOp<z.infer<typeof Params>>(deps, {
    name: 'kill',
    title: 'Kill',
    params: Params,
    control: ({ runId, signal, reason }) => ({ runId, request: { mode: 'kill', signal, reason: reason ?? null } }),
  })
