import { setMaxListeners } from 'node:events'
import { AppError, type HostStatus, isAppError } from '../../shared/models/index.ts'
import type { Supervisor, WorkerContext, WorkerState } from '../supervision/index.ts'
import { serverPlaces } from './places.ts'
import { reapRecorded } from './record.ts'
import { type Connection, type Life, type ProcessOptions, START_LIMIT_MS, startServer, stoppedError } from './server-process.ts'

export interface ServerOptions extends ProcessOptions {
  /** Keeps the server going; has to be started. */
  readonly supervisor: Supervisor
  readonly onStatus: () => void
}

export const OPENCODE_WORKER = 'OpenCode server'

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
  #cleared: () => Promise<void> = () => Promise.resolve()
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
    await this.#cleared()
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
      cleared: this.#cleared(),
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
    this.#cleared = () => life.cleared
    startServer(life, this.#options)
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
    await this.#cleared()
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
