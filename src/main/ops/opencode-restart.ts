import { z } from 'zod'
import { AppError, type Build, type Reconnect } from '../../shared/models/index.ts'
import type { Agents } from '../agents/index.ts'
import { decideReconnect, defineOp, isLeaseLost, type OpDefinition, type Returned, type StepEnding } from '../runs/index.ts'
import { endingOf } from './endings.ts'
import type { OneAtATime } from './one-at-a-time.ts'

const Params = z.strictObject({
  /** Also while agents are at work: each goes on in its session on the next server. */
  force: z.boolean().default(false),
  /** The version that it must be afterwards, after an update for example; that of the program which is to be started when left out. */
  expectedVersion: z.string().min(1).max(200).optional(),
  /** How long it may take to come back, in milliseconds: a start may migrate its database. */
  deadlineMs: z.number().int().min(100).max(3_600_000).default(120_000),
})

/** How the server is called where runs wait for it. */
export const OPENCODE_TARGET = 'opencode'

/** The server as something that restarts. */
export interface RestartTarget {
  /** Who runs now; null while none does. */
  current(): Promise<Returned | null>
  /** What the next start will run. @throws AppError when there is no binary */
  expected(): Promise<Build>
  /**
   * Has the server come back, in a while, and the runs that wait for it hear of it. Returns at once.
   *
   * @param old the instance that was told to go; should it still be there, that is told as well
   */
  bring(old?: string): void
}

export interface RestartDeps {
  readonly agents: Pick<Agents, 'restart' | 'start'>
  readonly opencode: RestartTarget
  readonly oneAtATime: OneAtATime
}

/**
 * Restarts the OpenCode server with the program and the configuration of now, or starts it where none runs; the run ends when the server that came back is known.
 *
 * In the last step of a run that is waited for like any other target. A step that others follow sees to it itself.
 */
export function createOpencodeRestartOp({ agents, opencode, oneAtATime }: RestartDeps): OpDefinition {
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
      const { force, expectedVersion, deadlineMs } = context.params
      const isLast = context.run.steps.at(-1)?.index === context.step.index
      const restart = async (): Promise<StepEnding> => {
        const next = await opencode.expected()
        const old = await opencode.current()
        // One that only just starts is no old one to compare with, and must not be taken for who came back.
        if (!old) await agents.restart({ force })
        const wanted: Reconnect = {
          workerId: OPENCODE_TARGET,
          // Where none runs the old build is the program that lies there.
          oldBuild: old?.build ?? next,
          expectedBuild: { ...next, version: expectedVersion ?? next.version },
          oldInstanceId: old?.instanceId ?? 'none',
          oldStartedAt: old?.startedAt ?? 0,
          deadline: context.now() + deadlineMs,
          seenAt: null,
        }
        // Stored before the server is ended: whatever dies in between, the next start of the host brings the server back and ends the run.
        if (isLast) await context.awaitReconnect(wanted)
        if (old) await agents.restart({ force })
        if (isLast) {
          opencode.bring(old?.instanceId)
          return { outcome: 'success' }
        }
        await agents.start()
        return judge(wanted, await opencode.current())
      }
      try {
        return await oneAtATime(OPENCODE_TARGET, context.run.id, restart)
      } catch (error) {
        if (isLeaseLost(error)) throw error
        return endingOf(error, 'RESTART_FAILED')
      }
    },
  })
}

function judge(wanted: Reconnect, seen: Returned | null): StepEnding {
  if (!seen) throw new AppError('INTERNAL', 'OpenCode ended again right after its start.')
  const { outcome, error } = decideReconnect(wanted, seen)
  return error ? { outcome, error } : { outcome, message: `OpenCode ${seen.build.version} has come back` }
}
