import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { AppError, Build, fail, isAppError, ok } from '../../shared/models/index.ts'
import { defineOp, isLeaseLost, type OpDefinition, type StepEnding } from '../runs/index.ts'
import { endingOf } from './endings.ts'

const Params = z.strictObject({
  workerId: z.string().min(1).max(200),
  /** The build folder it is to run from; an absolute path on the worker's machine. */
  to: z.string().min(1).max(4_096).refine(isAbsolute, 'it must be an absolute path'),
  /** What it must be afterwards; what the folder holds when left out. */
  expected: Build.unwrap().optional(),
  /** How long it may take to come back, in milliseconds. */
  deadlineMs: z.number().int().min(100).max(3_600_000).default(60_000),
})

/** A worker as far as a switch needs it. */
export interface SwitchableWorker {
  /** Who it is, after a moment in which it may still be starting; null when it does not run. */
  whenHere(): Promise<{ readonly instanceId: string; readonly build: Build; readonly startedAt: number } | null>
  buildIn(folder: string): Promise<Build>
  /** @throws AppError when it will not */
  switchTo(folder: string): Promise<void>
}

/**
 * Has a worker go on as another build, or start again as the one it is.
 *
 * The command is answered before the worker restarts, so it proves nothing: the run waits until the worker says who it is now.
 */
export function createWorkerSwitchOp({ worker }: { worker: (workerId: string) => SwitchableWorker | null }): OpDefinition {
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
      const { workerId, to, expected, deadlineMs } = context.params
      try {
        const target = worker(workerId)
        const old = await target?.whenHere()
        if (!target || !old) throw new AppError('CONFLICT', `${workerId} does not run on this host just now. Try again when it does.`)
        const expectedBuild = expected ?? (await target.buildIn(to))
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
        return await tell(target, to)
      } catch (error) {
        if (isLeaseLost(error)) throw error
        return endingOf(error, 'SWITCH_FAILED')
      }
    },
  })
}

/** Sends the command. A worker that will not is what ends the run, which then waits for nobody. */
async function tell(target: SwitchableWorker, to: string): Promise<StepEnding> {
  try {
    await target.switchTo(to)
    return { outcome: 'success' }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { outcome: 'error', error: { code: 'SWITCH_FAILED', message: error.message, retryable: false } }
  }
}
