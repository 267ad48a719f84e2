import { type ChildHandle, type Clock, killTree, startProcess, type Watchdog } from '../platform/index.ts'
import { ATTEMPT_MARK, defineOp, type OpContext, type OpDefinition, type StepEnding } from '../runs/index.ts'
import { ATTEMPT_LABEL, type ContainerSignal, checkDocker, endContainers, RUN_LABEL } from './docker/cli.ts'
import { DockerParams, dockerRun } from './docker/run-args.ts'
import { stopped } from './endings.ts'
import { logOutput } from './output-log.ts'

/** Exit codes of `docker run` that are not the container's: the daemon refused, or the command cannot be run or found in the image. */
const DOCKER_FAILED = 125
const NOT_RUNNABLE: readonly number[] = [126, 127]

/**
 * Runs a container to its end, with the run's folder as `/workspace`. Exit code 0 is success.
 *
 * A container belongs to the daemon and outlives whatever started it: it is known by its labels `run_attempt` and `run_id`, and by these it is stopped,
 * and what an earlier attempt left is removed. A kill by SIGKILL is `docker kill`, anything else `docker stop`, which gives it 5 seconds.
 */
export function createDockerOp(deps: { clock: Clock; watchdog: Watchdog }): OpDefinition {
  return defineOp<DockerParams>({
    name: 'docker',
    title: 'Container',
    params: DockerParams,
    timeouts: { warningMs: 25 * 60_000, hardMs: 30 * 60_000, onTimeout: 'kill' },
    cancellable: true,
    idempotent: false,
    workspace: 'worktree',
    validate: () => checkDocker(),
    execute: (context) => runContainer(context, deps),
  })
}

async function runContainer(
  context: OpContext<DockerParams>,
  { clock, watchdog }: { clock: Clock; watchdog: Watchdog },
): Promise<StepEnding> {
  const { params, signal, run, attemptId, directory } = context
  // At most one attempt of a run is alive: whatever has its label is left over.
  await endContainers(`${RUN_LABEL}=${run.id}`)
  if (signal.aborted) return stopped(context)

  const { args, env } = dockerRun(params, { runId: run.id, attemptId, step: context.step.index, directory, env: context.env })
  const child = startProcess({ command: 'docker', args, env })
  watchdog.add(child.identity)
  const log = logOutput(child, context, clock)

  let ending: Promise<Stop> | undefined
  const stop = (): void => {
    ending ??= stopContainer(child, attemptId, { clock, signal: context.killSignal })
  }
  signal.addEventListener('abort', stop, { once: true })
  // A stop that came while the process was being started.
  if (signal.aborted) stop()

  const { code, signal: exitSignal, error } = await child.exited
  signal.removeEventListener('abort', stop)
  await log.end()
  watchdog.remove(child.identity)
  // Without a stop the command has ended by itself; its container may not have, if it was the command that was killed.
  const { how, left } = await (ending ?? endContainers(`${ATTEMPT_LABEL}=${attemptId}`))
  const result = { exitCode: code, signal: exitSignal, tail: log.tail() }
  if (left.length > 0) {
    const message = `The container could not be ended: run "docker rm --force controlroom-${attemptId}-${context.step.index}".`
    return { outcome: 'error', error: { code: 'SURVIVORS', message }, result }
  }
  if (ending) return stopped(context, { ...result, how }, how === 'gone' ? 'cooperative' : how)
  if (error) return { outcome: 'error', error: { code: 'SPAWN_FAILED', message: `docker could not be started: ${error.message}` } }
  return code === 0
    ? { outcome: 'success', result }
    : { outcome: 'error', error: { ...describeExit(code, exitSignal, log.tail()), data: result }, result }
}

type Stop = Awaited<ReturnType<typeof endContainers>>

/** Ends the container, then the command that is attached to it, then a container that the command had just asked for. */
async function stopContainer(child: ChildHandle, attemptId: string, begin: ContainerSignal): Promise<Stop> {
  const label = `${ATTEMPT_LABEL}=${attemptId}`
  const first = await endContainers(label, begin)
  const command = { identity: child.identity, marker: { name: ATTEMPT_MARK, value: attemptId } }
  await killTree(command, { clock: begin.clock, graceMs: 1_000 })
  const late = await endContainers(label, begin)
  return { how: late.how === 'gone' ? first.how : late.how, left: late.left }
}

function describeExit(code: number | null, signal: string | null, tail: string): { code: string; message: string; retryable?: boolean } {
  const said = tail.trim().split('\n').at(-1)?.slice(0, 500) ?? ''
  if (code === DOCKER_FAILED) return { code: 'DOCKER_FAILED', message: `Docker did not run the container. ${said}`.trim() }
  if (code !== null && NOT_RUNNABLE.includes(code)) {
    return { code: 'EXIT_CODE', message: `The command is not in the image, or cannot be run (exit code ${code}). ${said}`.trim() }
  }
  return { code: 'EXIT_CODE', message: signal ? `docker was ended by ${signal}.` : `The container exited with code ${code}.` }
}
