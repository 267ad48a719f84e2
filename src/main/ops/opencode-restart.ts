import { z } from 'zod'
import type { Build } from '../../shared/models/index.ts'
import type { Agents } from '../agents/index.ts'
import { defineOp, isLeaseLost, type OpDefinition, type Returned } from '../runs/index.ts'
import { endingOf } from './endings.ts'

const Params = z.strictObject({
  /** Also while agents are at work: each goes on in its session on the next server. */
  force: z.boolean().default(false),
})

/** How the server is called where runs wait for it. */
export const OPENCODE_TARGET = 'opencode'
/** How long the server may take to come back, in milliseconds: a start may migrate its database. */
const DEADLINE_MS = 2 * 60_000

/** The server as something that restarts. */
export interface RestartTarget {
  /** Who runs now; null while none does. */
  current(): Promise<Returned | null>
  /** What the next start will run. @throws AppError when there is no binary */
  expected(): Promise<Build>
}

export interface RestartDeps {
  readonly agents: Pick<Agents, 'restart' | 'models'>
  readonly opencode: RestartTarget
}

/**
 * Restarts the OpenCode server with the program and the configuration of now; the run ends when the server that came back is known.
 *
 * Where none runs there is nothing to do: the next need starts it.
 */
export function createOpencodeRestartOp({ agents, opencode }: RestartDeps): OpDefinition {
  return defineOp<z.infer<typeof Params>>({
    name: 'opencode.restart',
    title: 'Restart OpenCode',
    params: Params,
    timeouts: { warningMs: 60_000, hardMs: 3 * 60_000, onTimeout: 'kill' },
    cancellable: false,
    idempotent: false,
    workspace: 'none',
    targets: 'none',
    async execute(context) {
      try {
        const old = await opencode.current()
        if (!old || context.run.steps.at(-1)?.index !== context.step.index) {
          await agents.restart({ force: context.params.force })
          return { outcome: 'success', message: 'OpenCode was ended; the next need starts it again' }
        }
        await context.awaitReconnect({
          workerId: OPENCODE_TARGET,
          oldBuild: old.build,
          expectedBuild: await opencode.expected(),
          oldInstanceId: old.instanceId,
          oldStartedAt: old.startedAt,
          deadline: context.now() + DEADLINE_MS,
          seenAt: null,
        })
        await agents.restart({ force: context.params.force })
        await agents.models()
        return { outcome: 'success' }
      } catch (error) {
        if (isLeaseLost(error)) throw error
        return endingOf(error, 'RESTART_FAILED')
      }
    },
  })
}
