import { z } from 'zod'
import type { Agents } from '../agents/index.ts'
import { defineOp, type OpDefinition } from '../runs/index.ts'
import { endingOf } from './endings.ts'

const Params = z.strictObject({
  /** Also while agents are at work: each goes on in its session on the next server. */
  force: z.boolean().default(false),
})

/** Ends the OpenCode server, so that the next need starts it with the program and the configuration of then. */
export function createOpencodeRestartOp({ agents }: { agents: Pick<Agents, 'restart'> }): OpDefinition {
  return defineOp<z.infer<typeof Params>>({
    name: 'opencode.restart',
    title: 'Restart OpenCode',
    params: Params,
    timeouts: { warningMs: 30_000, hardMs: 2 * 60_000, onTimeout: 'kill' },
    cancellable: false,
    idempotent: false,
    workspace: 'none',
    targets: 'none',
    async execute({ params }) {
      try {
        await agents.restart({ force: params.force })
        return { outcome: 'success', message: 'OpenCode was ended; the next need starts it again' }
      } catch (error) {
        return endingOf(error, 'RESTART_FAILED')
      }
    },
  })
}
