import { rm } from 'node:fs/promises'
import { AppError, type Settings } from '../../shared/models/index.ts'
import { type ChildHandle, type Clock, killTree, type Logger, newId, newToken, startProcess, type Watchdog } from '../platform/index.ts'
import { checkVersion, fileKey, findBinary } from './binary.ts'
import { SERVER_MARK, serverEnvironment } from './environment.ts'
import { preparePlaces, type ServerPlaces, serverPlaces } from './places.ts'
import type { RunningServer } from './port.ts'
import { reapRecorded, writeRecord } from './record.ts'
import { keepTail, readAddress, readVersion } from './server-answers.ts'

/** A server that answers. Once `ended` it never answers again; the next one is another connection. */
export interface Connection {
  readonly serverId: string
  readonly baseUrl: string
  /** Value of the `Authorization` header. */
  readonly authorization: string
  readonly version: string
  readonly pid: number
  readonly process: RunningServer
  readonly places: ServerPlaces
  /** Aborted once the process is gone or given up, for whatever reason. */
  readonly ended: AbortSignal
}

/** How long a server that did not answer may take to be known as gone. */
const GONE_LIMIT_MS = 3_000

/** A call got no answer: tells whether the server is gone, or will be in a moment. */
export async function isGone({ ended }: Connection, clock: Clock): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>()
  ended.addEventListener('abort', () => resolve(), { once: true })
  const cancel = clock.after(GONE_LIMIT_MS, resolve)
  if (!ended.aborted) await promise
  cancel()
  return ended.aborted
}

/** What a server process is started with. */
export interface ProcessOptions {
  /** `<dataDir>/opencode`. */
  readonly root: string
  readonly settings: () => Settings
  readonly clock: Clock
  readonly logger: Logger
  readonly watchdog: Pick<Watchdog, 'add' | 'remove'>
  readonly instanceId: string
  readonly environment: Readonly<Record<string, string>>
  readonly isolated: boolean
}

/** Milliseconds. A start also migrates the database of an earlier version. */
export const START_LIMIT_MS = 120_000
const STOP_GRACE_MS = 2_000

/** One process from its start to its end. */
export interface Life {
  /** Aborted with the reason once the process has ended or was told to. */
  readonly over: AbortController
  readonly end: (reason: string) => void
  /** Resolves once nothing is left of this process and of those before it; rejects when something would not go. */
  cleared: Promise<void>
}

/**
 * Starts one `opencode serve` and waits until it answers. What a dead host left behind is ended first.
 *
 * However it ends, or when `life.over` is aborted, its process tree and everything that carries its mark is ended: `life.cleared`.
 *
 * @throws AppError when it cannot be started, which says what to do
 */
export async function startServer(life: Life, options: ProcessOptions): Promise<Connection> {
  const { over, end } = life
  const { clock, logger, watchdog, settings, root, isolated } = options
  await life.cleared.catch(() => {})
  const binary = await findBinary(settings().opencode.binary)
  await reapRecorded(serverPlaces(root, 'none').record, { clock, logger })
  const serverId = newId(clock.now())
  const places = serverPlaces(root, serverId)
  const pluginFile = await preparePlaces(places, isolated)
  // Before it is started: what is put in its place from now on is another build.
  const key = await fileKey(binary)
  if (over.signal.aborted) throw stoppedError()
  const password = newToken()
  const startedAt = clock.now()
  const child = startProcess({
    command: binary,
    args: ['serve', '--hostname', '127.0.0.1', '--port', '0'],
    cwd: places.work,
    env: serverEnvironment({
      places,
      serverId,
      instanceId: options.instanceId,
      password,
      settings: settings().opencode,
      isolated,
      pluginFile,
      extra: options.environment,
      host: process.env,
    }),
  })
  over.signal.addEventListener(
    'abort',
    () => {
      life.cleared = clear(child, places, serverId, options)
      life.cleared.catch((error: unknown) => logger.error({ error }, 'What an OpenCode server left could not be cleared.'))
    },
    { once: true },
  )
  const errors = keepTail(child.stderr)
  void child.exited.then(({ code, signal, error }) => end(error?.message ?? `the OpenCode server ended (${signal ?? `exit code ${code}`})`))
  if (child.pid > 0) {
    watchdog.add(child.identity)
    await writeRecord(places.record, { ...child.identity, serverId, tmp: places.tmp })
  }
  const baseUrl = await readAddress(child, over.signal, errors)
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`
  const version = await readVersion(baseUrl, authorization, AbortSignal.any([over.signal, AbortSignal.timeout(START_LIMIT_MS)]))
  checkVersion(version, binary)
  if (over.signal.aborted) throw stoppedError()
  logger.info({ pid: child.pid, version, binary }, 'The OpenCode server is ready.')
  return {
    serverId,
    baseUrl,
    authorization,
    version,
    pid: child.pid,
    process: { identity: child.identity, version, binary: { path: binary, key }, startedAt },
    places,
    ended: over.signal,
  }
}

/** Ends a server's tree and what carries its mark, then deletes its record and temporary files. */
async function clear(
  child: ChildHandle,
  places: ServerPlaces,
  serverId: string,
  { clock, watchdog }: Pick<ProcessOptions, 'clock' | 'watchdog'>,
): Promise<void> {
  const { survivors } = await killTree(
    { ...(child.pid > 0 ? { identity: child.identity } : {}), marker: { name: SERVER_MARK, value: serverId } },
    { clock, graceMs: STOP_GRACE_MS },
  )
  if (survivors.length > 0) {
    const pids = survivors.map(({ pid }) => pid).join(', ')
    throw new AppError('INTERNAL', `The OpenCode server could not be ended: processes ${pids} are still there. End them by hand.`)
  }
  watchdog.remove(child.identity)
  await rm(places.tmp, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  await rm(places.record, { force: true })
}

export const stoppedError = (): AppError => new AppError('CONFLICT', 'The OpenCode server was stopped while it started. Try again.')
