import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { fail, ok } from '../../shared/models/index.ts'
import { type Clock, killTree, startProcess, type Watchdog } from '../platform/index.ts'
import {
  ATTEMPT_MARK,
  defineOp,
  type OpContext,
  type OpDefinition,
  outcomeOfStop,
  type StepEnding,
  type StopReason,
} from '../runs/index.ts'
import { logOutput } from './output-log.ts'
import { resolveInside } from './run-folder.ts'

/** What can be handed to a process. */
const Text = z.string().refine((text) => !text.includes('\0'), 'it must not contain the character NUL')

const Params = z.object({
  command: Text.trim().min(1).max(100_000),
  /** Relative to the run's folder, and inside it. */
  cwd: z.string().max(4096).optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment name has letters, digits and underscores'), Text).optional(),
})
type Params = z.infer<typeof Params>

/**
 * Runs a command with bash in the run's folder. Exit code 0 is success.
 *
 * The command has a process group of its own. Told to stop it gets SIGTERM or the signal of the kill, 5 seconds later SIGKILL, and is over only when no process of the step is left,
 * strays with another parent or session included.
 */
export function createShellOp(deps: { clock: Clock; watchdog: Watchdog }): OpDefinition {
  return defineOp<Params>({
    name: 'shell',
    title: 'Shell command',
    params: Params,
    timeouts: { warningMs: 8 * 60_000, hardMs: 10 * 60_000, onTimeout: 'kill' },
    cancellable: true,
    idempotent: false,
    workspace: 'worktree',
    async validate({ directory, params }) {
      const cwd = resolveInside(directory, params.cwd)
      if (cwd === null) return fail('VALIDATION_FAILED', `cwd must lie inside the run's folder, and “${params.cwd}” does not.`)
      const isFolder = await stat(cwd).then(
        (stats) => stats.isDirectory(),
        () => false,
      )
      return isFolder ? ok(undefined) : fail('VALIDATION_FAILED', `There is no folder “${params.cwd ?? directory}” to run the command in.`)
    },
    execute: (context) => runCommand(context, deps),
  })
}

async function runCommand(context: OpContext<Params>, deps: { clock: Clock; watchdog: Watchdog }): Promise<StepEnding> {
  const { params, signal } = context
  const child = startProcess({
    command: 'bash',
    args: ['-c', params.command],
    cwd: resolveInside(context.directory, params.cwd)!,
    env: { ...params.env, ...context.env },
  })
  deps.watchdog.add(child.identity)
  const log = logOutput(child, context, deps.clock)

  let stopped: ReturnType<typeof killTree> | undefined
  const stop = (): void => {
    stopped ??= killTree(
      { identity: child.identity, marker: { name: ATTEMPT_MARK, value: context.attemptId } },
      { clock: deps.clock, signal: context.killSignal() },
    )
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })

  const { code, signal: exitSignal, error } = await child.exited
  signal.removeEventListener('abort', stop)
  await log.end()
  deps.watchdog.remove(child.identity)
  const result = { exitCode: code, signal: exitSignal, tail: log.tail() }
  if (stopped) {
    const { how, survivors } = await stopped
    const ended = survivors.length > 0 ? 'fenced' : how === 'gone' ? 'cooperative' : how
    return { outcome: outcomeOfStop(signal.reason as StopReason), how: ended, result: { ...result, how, survivors: survivors.length } }
  }
  if (error) return { outcome: 'error', error: { code: 'SPAWN_FAILED', message: `bash could not be started: ${error.message}` } }
  if (code === 0) return { outcome: 'success', result }
  const how = exitSignal ? `was ended by ${exitSignal}` : `exited with code ${code}`
  return { outcome: 'error', error: { code: 'EXIT_CODE', message: `The command ${how}.`, data: result }, result }
}
