import { setMaxListeners } from 'node:events'
import { rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError, type HostStatus, isAppError, type Settings } from '../../shared/models/index.ts'
import { type ChildHandle, type Clock, killTree, type Logger, newId, newToken, startProcess, type Watchdog } from '../platform/index.ts'
import { checkVersion, findBinary } from './binary.ts'
import { SERVER_MARK, serverEnvironment } from './environment.ts'
import { preparePlaces, type ServerPlaces, serverPlaces } from './places.ts'
import { reapRecorded, writeRecord } from './record.ts'

/** A server that answers. Once `ended` it never answers again; the next one is another connection. */
export interface Connection {
  readonly serverId: string
  readonly baseUrl: string
  /** Value of the `Authorization` header. */
  readonly authorization: string
  readonly version: string
  readonly pid: number
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
  readonly instanceId: string
  readonly environment: Readonly<Record<string, string>>
  readonly isolated: boolean
  readonly onStatus: () => void
}

/** Milliseconds. A start also migrates the database of an earlier version. */
const START_LIMIT_MS = 120_000
const STOP_GRACE_MS = 2_000
const HEALTH_RETRY_MS = 50
const FIRST_BACKOFF_MS = 500
const LAST_BACKOFF_MS = 60_000
/** A server that lived this long has shown that it works: the next start waits no longer than the first. */
const STABLE_MS = 30_000

/**
 * The one supervised `opencode serve` of this host.
 *
 * `stopped` → `starting` → `ready`; a crash or a failed start leads to `failed`, from where the next need starts it again after a pause that doubles with each
 * failure in a row; `stop` leads to `stopped` from anywhere. It is started by the first need only, and a need that comes during a start shares it.
 *
 * Nothing of a server outlives it: whatever the way it ended, its process tree and everything that carries its mark is ended before the next may start.
 */
export class OpencodeServer {
  readonly #options: ServerOptions
  #state: HostStatus['opencode']['state'] = 'stopped'
  #error: string | null = null
  #connection: Connection | null = null
  #starting: Promise<Connection> | null = null
  /** What the last server left is being ended; the next start waits for it. */
  #ending: Promise<void> = Promise.resolve()
  #failures = 0
  #notBefore = 0
  #end: ((reason: string) => void) | null = null
  #closed = false
  #wake: (() => void) | null = null
  /** How often `stop` was called: a start that finds another number has been overtaken. */
  #stops = 0

  constructor(options: ServerOptions) {
    this.#options = options
  }

  get status(): HostStatus['opencode'] {
    return { state: this.#state, version: this.#connection?.version ?? null, pid: this.#connection?.pid ?? null, error: this.#error }
  }

  get connection(): Connection | null {
    return this.#connection
  }

  /**
   * The running server, started when there is none.
   *
   * @throws AppError when it cannot be started, which says what to do
   */
  async ensure(): Promise<Connection> {
    if (this.#closed) throw new AppError('CONFLICT', 'This host is stopping. Start it again, then retry.')
    if (this.#connection) return this.#connection
    this.#starting ??= this.#startAfterPause().finally(() => {
      this.#starting = null
    })
    return this.#starting
  }

  /** Gives a server up that no longer answers; whoever needs one gets a new one. */
  giveUp(connection: Connection, reason: string): void {
    if (this.#connection === connection) this.#end?.(reason)
  }

  /** Ends the server for good: whoever needs one later is refused. @throws AppError INTERNAL when a process would not go */
  close(): Promise<void> {
    this.#closed = true
    return this.stop()
  }

  /** Ends the server and proves that its processes are gone; the next need starts another. @throws AppError INTERNAL when some would not go */
  async stop(): Promise<void> {
    this.#stops += 1
    this.#end?.('stopped')
    this.#wake?.()
    await this.#starting?.catch(() => {})
    await this.#ending
    this.#failures = 0
    this.#notBefore = 0
    this.#setState('stopped', null)
  }

  /** Ends what the server of a dead host left behind. Also done before each start. */
  reapLeftovers(): Promise<boolean> {
    const { clock, logger, root } = this.#options
    return reapRecorded(serverPlaces(root, 'none').record, { clock, logger })
  }

  #setState(state: HostStatus['opencode']['state'], error: string | null): void {
    this.#state = state
    this.#error = error
    this.#options.onStatus()
  }

  async #startAfterPause(): Promise<Connection> {
    const { clock } = this.#options
    const stops = this.#stops
    this.#setState('starting', this.#error)
    await this.#ending
    const pauseMs = this.#notBefore - clock.now()
    if (pauseMs > 0) await this.#pause(pauseMs)
    try {
      if (stops !== this.#stops) throw stoppedError()
      return await this.#start(stops)
    } catch (error) {
      this.#countFailure()
      const message = error instanceof Error ? error.message : String(error)
      if (stops === this.#stops) this.#setState('failed', message)
      throw isAppError(error) ? error : new AppError('INTERNAL', `OpenCode could not be started: ${message}`, { cause: error })
    }
  }

  /** Waits, but not beyond a `stop`. */
  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#options.clock.after(ms, resolve)
    this.#wake = resolve
    return promise.finally(() => {
      cancel()
      this.#wake = null
    })
  }

  async #start(stops: number): Promise<Connection> {
    const { clock, logger, watchdog, settings, root, isolated } = this.#options
    const binary = await findBinary(settings().opencode.binary)
    await this.reapLeftovers()
    const serverId = newId(clock.now())
    const places = serverPlaces(root, serverId)
    const pluginFile = await preparePlaces(places, isolated)
    if (stops !== this.#stops) throw stoppedError()
    const password = newToken()
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
    const over = new AbortController()
    // Every turn and every call listens to it.
    setMaxListeners(0, over.signal)
    const end = (reason: string): void => {
      if (over.signal.aborted) return
      const wasReady = this.#connection !== null
      this.#connection = null
      this.#end = null
      this.#ending = this.#clear(child, places, serverId)
      this.#ending.catch((error: unknown) => logger.error({ error }, 'What an OpenCode server left could not be cleared.'))
      over.abort(reason)
      // A start that failed is counted and told by whoever waits for it.
      if (reason === 'stopped' || !wasReady) return
      logger.error({ pid: child.pid, reason }, 'The OpenCode server ended before its time.')
      if (clock.now() - readyAt >= STABLE_MS) this.#failures = 0
      this.#countFailure()
      this.#setState('failed', reason)
    }
    let readyAt = clock.now()
    this.#end = end
    const errors = keepTail(child.stderr)
    void child.exited.then(({ code, signal, error }) =>
      end(error?.message ?? `the OpenCode server ended (${signal ?? `exit code ${code}`})`),
    )
    try {
      if (child.pid > 0) {
        watchdog.add(child.identity)
        await writeRecord(places.record, { ...child.identity, serverId, tmp: places.tmp })
      }
      const baseUrl = await this.#readAddress(child, over.signal, errors)
      const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`
      const version = await readVersion(baseUrl, authorization, over.signal)
      checkVersion(version, binary)
      if (stops !== this.#stops || over.signal.aborted) throw stoppedError()
      readyAt = clock.now()
      const connection: Connection = { serverId, baseUrl, authorization, version, pid: child.pid, places, ended: over.signal }
      this.#connection = connection
      logger.info({ pid: child.pid, version, binary }, 'The OpenCode server is ready.')
      this.#setState('ready', null)
      return connection
    } catch (error) {
      end('stopped')
      await this.#ending.catch(() => {})
      throw error
    }
  }

  /** Reads the line in which the server says where it listens. */
  async #readAddress(child: ChildHandle, ended: AbortSignal, errors: () => string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const explain = (what: string): void => reject(new AppError('INTERNAL', `OpenCode could not be started: ${what}${errors()}`))
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-10_000)
      const url = /listening on (https?:\/\/\S+)/.exec(text)?.[1]
      if (url) resolve(url.replace(/\/$/, ''))
    })
    const cancelLimit = this.#options.clock.after(START_LIMIT_MS, () => explain(`it did not answer within ${START_LIMIT_MS / 1000} s.`))
    ended.addEventListener('abort', () => explain(`${ended.reason}.`), { once: true })
    if (ended.aborted) explain(`${ended.reason}.`)
    try {
      return await promise
    } finally {
      cancelLimit()
    }
  }

  #countFailure(): void {
    const pauseMs = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#failures)
    this.#failures += 1
    this.#notBefore = this.#options.clock.now() + pauseMs
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

const stoppedError = (): AppError => new AppError('CONFLICT', 'The OpenCode server was stopped while it started. Try again.')

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
