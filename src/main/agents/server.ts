import { setMaxListeners } from 'node:events'
import { rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError, type HostStatus, isAppError, type Settings } from '../../shared/models/index.ts'
import { type ChildHandle, type Clock, killTree, type Logger, newId, newToken, startProcess, type Watchdog } from '../platform/index.ts'
import type { Supervisor, WorkerContext, WorkerState } from '../supervision/index.ts'
import { checkVersion, fileKey, findBinary } from './binary.ts'
import { SERVER_MARK, serverEnvironment } from './environment.ts'
import { preparePlaces, type ServerPlaces, serverPlaces } from './places.ts'
import type { RunningServer } from './port.ts'
import { reapRecorded, writeRecord } from './record.ts'

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

export interface ServerOptions {
  /** `<dataDir>/opencode`. */
  readonly root: string
  readonly settings: () => Settings
  readonly clock: Clock
  readonly logger: Logger
  readonly watchdog: Pick<Watchdog, 'add' | 'remove'>
  /** Keeps the server going; has to be started. */
  readonly supervisor: Supervisor
  readonly instanceId: string
  readonly environment: Readonly<Record<string, string>>
  readonly isolated: boolean
  readonly onStatus: () => void
}

export const OPENCODE_WORKER = 'OpenCode server'
/** Milliseconds. A start also migrates the database of an earlier version. */
const START_LIMIT_MS = 120_000
const STOP_GRACE_MS = 2_000
const HEALTH_RETRY_MS = 50

/** One process from its start to its end. */
interface Life {
  /** Aborted with the reason once the process has ended or was told to. */
  readonly over: AbortController
  readonly end: (reason: string) => void
}

/**
 * The one `opencode serve` of this host, kept going by the supervisor, which alone decides when it is started again.
 *
 * It is started by the first need, and a need that comes while it starts or waits for its next start shares that start. While its breaker is open every
 * need is refused at once. Nothing of a server outlives it: whatever the way it ended, its process tree and everything that carries its mark is ended
 * before the next may start.
 */
export class OpencodeServer {
  readonly #options: ServerOptions
  readonly #supervisor: Supervisor
  #connection: Connection | null = null
  #life: Life | null = null
  /** What the last server left is being ended. */
  #ending: Promise<void> = Promise.resolve()
  /** Those who need a server and have none yet. */
  #waiting: PromiseWithResolvers<Connection> | null = null
  #closed = false
  #told = ''
  readonly #unsubscribe: () => void

  /** Adds itself to the supervisor, which has to be started by whoever made it. */
  constructor(options: ServerOptions) {
    this.#options = options
    this.#supervisor = options.supervisor
    this.#supervisor.add(
      { name: OPENCODE_WORKER, start: (context) => this.#begin(context), stop: () => this.#finish() },
      { lazy: true, startTimeoutMs: START_LIMIT_MS },
    )
    this.#unsubscribe = this.#supervisor.subscribe(() => this.#tell())
  }

  get status(): HostStatus['opencode'] {
    const { state, lastError } = this.#supervisor.status(OPENCODE_WORKER)
    const connection = this.#connection
    return {
      state: STATES[state],
      version: connection?.version ?? null,
      pid: connection?.pid ?? null,
      error: state === 'running' || state === 'stopped' ? null : lastError,
    }
  }

  get connection(): Connection | null {
    return this.#connection
  }

  /**
   * The running server, started when there is none.
   *
   * @throws AppError when it cannot be started or is parked, which says what to do
   */
  async ensure(): Promise<Connection> {
    if (this.#closed) throw new AppError('CONFLICT', 'This host is stopping. Start it again, then retry.')
    if (this.#connection) return this.#connection
    const { state, nextTryAt, lastError } = this.#supervisor.status(OPENCODE_WORKER)
    if (state === 'open') throw parkedError(lastError, (nextTryAt ?? 0) - this.#options.clock.now())
    this.#waiting ??= promiseOfServer()
    const { promise } = this.#waiting
    this.#supervisor.need(OPENCODE_WORKER)
    return promise
  }

  /** Gives a server up that no longer answers; whoever needs one gets a new one. */
  giveUp(connection: Connection, reason: string): void {
    if (this.#connection === connection) this.#life?.end(reason)
  }

  /** Ends the server for good: whoever needs one later is refused. @throws AppError INTERNAL when a process would not go */
  async close(): Promise<void> {
    this.#closed = true
    await this.stop()
    this.#unsubscribe()
  }

  /** Ends the server and proves that its processes are gone; the next need starts another. @throws AppError INTERNAL when some would not go */
  async stop(): Promise<void> {
    this.#refuse(stoppedError())
    await this.#supervisor.stopOne(OPENCODE_WORKER)
    this.#tell()
    await this.#ending
  }

  /** Ends what the server of a dead host left behind. Also done before each start. */
  reapLeftovers(): Promise<boolean> {
    const { clock, logger, root } = this.#options
    return reapRecorded(serverPlaces(root, 'none').record, { clock, logger })
  }

  /** Tells a change of the status, each once. */
  #tell(): void {
    const now = JSON.stringify(this.status)
    if (now === this.#told) return
    this.#told = now
    this.#options.onStatus()
  }

  #refuse(error: unknown): void {
    this.#waiting?.reject(error)
    this.#waiting = null
  }

  #begin(context: WorkerContext): void {
    const over = new AbortController()
    // Every turn and every call listens to it.
    setMaxListeners(0, over.signal)
    const life: Life = {
      over,
      end: (reason) => {
        if (over.signal.aborted) return
        const wasReady = this.#connection !== null
        this.#connection = null
        over.abort(reason)
        // A start that failed is told by what it threw.
        if (wasReady) context.crashed(new Error(reason))
      },
    }
    this.#life = life
    this.#start(life)
      .then((connection) => {
        if (over.signal.aborted) throw toStartError(over.signal.reason)
        this.#connection = connection
        context.ready()
        this.#waiting?.resolve(connection)
        this.#waiting = null
        this.#tell()
      })
      .catch((error: unknown) => {
        const failed = toStartError(error)
        if (this.#life === life) this.#refuse(failed)
        life.end('stopped')
        context.crashed(failed)
      })
  }

  /** Ends what there is of the last start. */
  async #finish(): Promise<void> {
    // A start that hung has told nobody yet.
    if (this.#life && !this.#connection && !this.#life.over.signal.aborted)
      this.#refuse(toStartError(new Error(this.#supervisor.status(OPENCODE_WORKER).lastError ?? 'it was stopped.')))
    this.#life?.end('stopped')
    this.#life = null
    await this.#ending
  }

  async #start({ over, end }: Life): Promise<Connection> {
    const { clock, logger, watchdog, settings, root, isolated } = this.#options
    await this.#ending.catch(() => {})
    const binary = await findBinary(settings().opencode.binary)
    await this.reapLeftovers()
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
        instanceId: this.#options.instanceId,
        password,
        settings: settings().opencode,
        isolated,
        pluginFile,
        extra: this.#options.environment,
        host: process.env,
      }),
    })
    over.signal.addEventListener(
      'abort',
      () => {
        this.#ending = this.#clear(child, places, serverId)
        this.#ending.catch((error: unknown) => logger.error({ error }, 'What an OpenCode server left could not be cleared.'))
      },
      { once: true },
    )
    const errors = keepTail(child.stderr)
    void child.exited.then(({ code, signal, error }) =>
      end(error?.message ?? `the OpenCode server ended (${signal ?? `exit code ${code}`})`),
    )
    if (child.pid > 0) {
      watchdog.add(child.identity)
      await writeRecord(places.record, { ...child.identity, serverId, tmp: places.tmp })
    }
    const baseUrl = await readAddress(child, over.signal, errors)
    const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`
    const version = await readVersion(baseUrl, authorization, over.signal)
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
  async #clear(child: ChildHandle, places: ServerPlaces, serverId: string): Promise<void> {
    const { clock, watchdog } = this.#options
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
}

const STATES: Record<WorkerState, HostStatus['opencode']['state']> = {
  stopped: 'stopped',
  stopping: 'stopped',
  starting: 'starting',
  running: 'ready',
  waiting: 'failed',
  open: 'failed',
}

function promiseOfServer(): PromiseWithResolvers<Connection> {
  const waiting = Promise.withResolvers<Connection>()
  // Whoever asked hears of a failure; a promise that is shared has to be caught here all the same.
  waiting.promise.catch(() => {})
  return waiting
}

const stoppedError = (): AppError => new AppError('CONFLICT', 'The OpenCode server was stopped while it started. Try again.')

const toStartError = (error: unknown): AppError =>
  isAppError(error)
    ? error
    : new AppError('INTERNAL', `OpenCode could not be started: ${error instanceof Error ? error.message : String(error)}`, { cause: error })

/** @param pauseMs  milliseconds until the supervisor tries it again */
const parkedError = (lastError: string | null, pauseMs: number): AppError => {
  const retryAfterMs = Math.max(pauseMs, 0)
  return new AppError(
    'INTERNAL',
    `OpenCode crashed too often and is tried again in ${Math.ceil(retryAfterMs / 1000)} s. Reset it under Workers to start it now. Its last error: ${lastError ?? 'unknown.'}`,
    { data: { retryAfterMs } },
  )
}

/** Reads the line in which the server says where it listens. */
function readAddress(child: ChildHandle, ended: AbortSignal, errors: () => string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const explain = (what: string): void => reject(new AppError('INTERNAL', `OpenCode could not be started: ${what}${errors()}`))
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-10_000)
    const url = /listening on (https?:\/\/\S+)/.exec(text)?.[1]
    if (url) resolve(url.replace(/\/$/, ''))
  })
  ended.addEventListener('abort', () => explain(`${ended.reason}.`), { once: true })
  if (ended.aborted) explain(`${ended.reason}.`)
  return promise
}

async function readVersion(baseUrl: string, authorization: string, ended: AbortSignal): Promise<string> {
  const response = await askHealth(`${baseUrl}/global/health`, authorization, AbortSignal.any([ended, AbortSignal.timeout(START_LIMIT_MS)]))
  const body: unknown = await response.json().catch(() => null)
  const version = (body as { version?: unknown } | null)?.version
  if (!response.ok || typeof version !== 'string') {
    throw new AppError(
      'INTERNAL',
      `What was started as OpenCode does not answer like it (HTTP ${response.status}). Check its path under Settings, OpenCode.`,
    )
  }
  return version
}

/**
 * A server often gets the port of the one before it, and a connection that was kept to that one fails at its first use: the line that said where it listens
 * is the word that it is there, so a failed call is made again until the limit.
 */
async function askHealth(url: string, authorization: string, signal: AbortSignal): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url, { headers: { authorization }, signal })
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof TypeError)) throw error
      await pause(HEALTH_RETRY_MS, undefined, { signal })
    }
  }
}

/** Keeps the last of what a stream says, for the message of a failed start. */
function keepTail(stream: Readable): () => string {
  let tail = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-2_000)
  })
  return () => (tail.trim() ? ` It said: ${tail.trim().split('\n').slice(-5).join(' ')}` : '')
}
