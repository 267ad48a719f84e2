import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { AppError, Build, fail, isAppError, ok } from '../../shared/models/index.ts'
import { defineOp, isLeaseLost, type OpDefinition, type StepEnding } from '../runs/index.ts'
import { endingOf } from './endings.ts'
import type { OneAtATime } from './one-at-a-time.ts'

const Params = z.strictObject({
  workerId: z.string().min(1).max(200),
  /** The build folder it is to run from; an absolute path on the worker's machine. */
  to: z.string().min(1).max(4_096).refine(isAbsolute, 'it must be an absolute path'),
  /** What it must be afterwards; what the folder holds when left out. */
  expected: Build.unwrap().optional(),
  /** How long it may take to come back, in milliseconds. */
  deadlineMs: z.number().int().min(100).max(3_600_000).default(60_000),
  /** Also while it works on runs: each of them is queued again. */
  force: z.boolean().default(false),
})

/** How long a new program may take to say who it is before the old one gets its place back, in milliseconds; longer where the run waits longer. */
const SPEAK_MS = 60_000

/** A worker as far as a switch needs it. */
export interface SwitchableWorker {
  readonly workerId: string
  /** Who it is, after a moment in which it may still be starting; null when it does not run. */
  whenHere(): Promise<{ readonly instanceId: string; readonly build: Build; readonly startedAt: number } | null>
  buildIn(folder: string): Promise<Build>
  /** @param speakMs  after how long without a word the new program is given up. @throws AppError when it will not */
  switchTo(folder: string, speakMs: number): Promise<void>
}

export interface SwitchDeps {
  /** By its id, or by that of the instance which runs now. */
  readonly worker: (id: string) => SwitchableWorker | null
  /** Ids of the runs that a worker has under way. */
  readonly worksOn: (workerId: string) => Promise<readonly string[]>
  readonly oneAtATime: OneAtATime
}

/**
 * Has a worker go on as another build, or start again as the one it is.
 *
 * The command is answered before the worker restarts, so it proves nothing: the run waits until the worker says who it is now.
 */
export function createWorkerSwitchOp({ worker, worksOn, oneAtATime }: SwitchDeps): OpDefinition {
  return defineOp<z.infer<typeof Params>>({
    name: 'worker.switch',
    title: 'Switch worker',
    params: Params,
    timeouts: { warningMs: 20_000, hardMs: 60_000, onTimeout: 'kill' },
    cancellable: true,
    idempotent: false,
    workspace: 'none',
    targets: 'worker',
    async validate({ run, step }) {
      return run.steps.at(-1)?.index === step.index
        ? ok(undefined)
        : fail('VALIDATION_FAILED', 'A worker is switched in the last step of a run, for the run ends when the worker has come back.')
    },
    async execute(context) {
      const { to, expected, deadlineMs, force } = context.params
      try {
        const target = worker(context.params.workerId)
        if (!target) throw notHere(context.params.workerId)
        const { workerId } = target
        return await oneAtATime(workerId, context.run.id, async () => {
          const old = await target.whenHere()
          if (!old) throw notHere(workerId)
          const expectedBuild = expected ?? (await target.buildIn(to))
          const busyWith = (await worksOn(workerId)).filter((id) => id !== context.run.id)
          if (busyWith.length > 0 && !force) throw busy(workerId, busyWith)
          // Stored before the command is sent: whatever dies in between, it is known whom the run waits for.
          await context.awaitReconnect({
            workerId,
            oldBuild: old.build,
            expectedBuild,
            oldInstanceId: old.instanceId,
            oldStartedAt: old.startedAt,
            deadline: context.now() + deadlineMs,
            seenAt: null,
          })
          return await tell(target, to, Math.max(deadlineMs, SPEAK_MS))
        })
      } catch (error) {
        if (isLeaseLost(error)) throw error
        return endingOf(error, 'SWITCH_FAILED')
      }
    },
  })
}

const notHere = (workerId: string): AppError =>
  new AppError('CONFLICT', `${workerId} does not run on this host just now. Try again when it does.`)

const busy = (workerId: string, runIds: readonly string[]): AppError =>
  new AppError(
    'CONFLICT',
    `${workerId} is at work on ${runIds.length === 1 ? 'a run' : `${runIds.length} runs`}. Wait until that has ended, or set “force”: what it works on is queued again.`,
    { data: { runIds: [...runIds] } },
  )

/** Sends the command. A worker that will not is what ends the run, which then waits for nobody. */
async function tell(target: SwitchableWorker, to: string, speakMs: number): Promise<StepEnding> {
  try {
    await target.switchTo(to, speakMs)
    return { outcome: 'success' }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { outcome: 'error', error: { code: 'SWITCH_FAILED', message: error.message, retryable: false } }
  }
}
