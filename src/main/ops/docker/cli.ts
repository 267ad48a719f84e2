import { fail, isAppError, type KillSignal, ok, type Result } from '../../../shared/models/index.ts'
import { type Clock, run } from '../../platform/index.ts'

/** How long the daemon may take for a small question, in milliseconds. */
const ANSWER_MS = 10_000
/** How long a container may take to stop by itself before the daemon kills it, in seconds. */
const STOP_SECONDS = 5

/** How soon a stop that is under way notices that it has become a kill, in milliseconds. */
const NOTICE_MS = 100

/** By which containers are found again: of one attempt, and of a run whatever the attempt. */
export const ATTEMPT_LABEL = 'run_attempt'
export const RUN_LABEL = 'run_id'

/**
 * Asks whether containers can be run here.
 *
 * @returns DOCKER_MISSING without the command, DOCKER_UNREACHABLE without its daemon, each with what to do
 */
export async function checkDocker(): Promise<Result<void>> {
  try {
    const { code, stderr } = await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: ANSWER_MS })
    if (code === 0) return ok(undefined)
    const said = stderr.trim().split('\n').at(-1)?.slice(0, 500) ?? ''
    return fail('DOCKER_UNREACHABLE', `The Docker daemon cannot be reached: start Docker, or check DOCKER_HOST. ${said}`.trim(), {
      retryable: false,
    })
  } catch (error) {
    if (!isAppError(error)) throw error
    return error.code === 'NOT_FOUND'
      ? fail('DOCKER_MISSING', 'There is no docker command here: install Docker and put it on the PATH, then retry.', { retryable: false })
      : fail('DOCKER_UNREACHABLE', `The Docker daemon does not answer: ${error.message} Restart Docker, then retry.`, { retryable: false })
  }
}

/** Ids of the containers with a label, those that have ended included. */
export async function findContainers(label: string): Promise<string[]> {
  const { code, stdout, stderr } = await run('docker', ['ps', '--all', '--quiet', '--filter', `label=${label}`], { timeoutMs: ANSWER_MS })
  if (code !== 0) throw new Error(`docker ps: ${stderr.trim().slice(0, 500)}`)
  return stdout.split('\n').filter((id) => id !== '')
}

/** How containers were ended. `left` are those that could not be. */
export interface ContainerReport {
  readonly how: 'gone' | 'term' | 'kill'
  readonly left: readonly string[]
}

/** What containers get first, asked again while they are given their time: a later SIGKILL ends it. */
export interface ContainerSignal {
  readonly signal: () => KillSignal
  readonly clock: Clock
}

/**
 * Ends the containers with a label and proves that they are gone: `docker stop`, then `docker kill`, then `docker rm --force`.
 *
 * With the signal SIGKILL nothing is stopped first. Never rejects: a daemon that does not answer any more has all of them left.
 *
 * @param begin `docker stop` as it is when left out
 */
export async function endContainers(label: string, begin?: ContainerSignal): Promise<ContainerReport> {
  let left: string[] = [label]
  try {
    left = await findContainers(label)
    if (left.length === 0) return { how: 'gone', left }
    if (begin?.signal() !== 'SIGKILL') {
      await stopContainers(left, begin)
      left = await findContainers(label)
      if (left.length === 0) return { how: 'term', left }
    }
    // One that has ended and was not removed is no longer killed, only removed.
    await attempt('kill', ...left)
    await attempt('rm', '--force', ...left)
    left = await findContainers(label)
    return { how: 'kill', left }
  } catch {
    return { how: 'kill', left }
  }
}

/** Gives containers their time to stop, which is over when they are to be killed after all. */
async function stopContainers(ids: readonly string[], begin: ContainerSignal | undefined): Promise<void> {
  const signal = begin?.signal() ?? 'SIGTERM'
  // An image may have a signal of its own to be stopped by, which another one than the usual goes over.
  const options = signal === 'SIGTERM' ? [] : ['--signal', signal]
  const stopping = attempt('stop', '-t', String(STOP_SECONDS), ...options, ...ids)
  if (!begin) return stopping
  let cancel: (() => void) | undefined
  const hastened = new Promise<void>((resolve) => {
    const look = (): void => {
      if (begin.signal() === 'SIGKILL') resolve()
      else cancel = begin.clock.after(NOTICE_MS, look)
    }
    look()
  })
  await Promise.race([stopping, hastened])
  cancel?.()
  stopping.catch(() => {})
}

/** A command whose failure shows in what is left. */
async function attempt(...args: string[]): Promise<void> {
  await run('docker', args, { timeoutMs: ANSWER_MS + STOP_SECONDS * 1_000 }).catch((error: unknown) => {
    if (!isAppError(error)) throw error
  })
}

/**
 * Ends what earlier attempts of these runs left running. For the start of a host, before anything is claimed. Never rejects.
 *
 * @returns the labels of what could not be ended
 */
export async function endContainersOfRuns(runIds: readonly string[]): Promise<string[]> {
  const reports = await Promise.all(runIds.map(async (id) => ({ id, ...(await endContainers(`${RUN_LABEL}=${id}`)) })))
  return reports.filter(({ left }) => left.length > 0).map(({ id }) => `${RUN_LABEL}=${id}`)
}
