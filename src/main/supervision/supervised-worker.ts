import type { Clock, Logger } from '../platform/index.ts'
import { type Backoff, createBackoff } from './backoff.ts'
import { type Breaker, createBreaker } from './breaker.ts'
import type { Worker, WorkerOptions, WorkerState, WorkerStatus } from './worker.ts'

export interface SupervisionPorts {
  readonly clock: Clock
  readonly logger: Logger
  /** Called after each change of a status. */
  readonly changed: () => void
}

/**
 * One worker and what keeps it going.
 *
 * `stopped` -start→ `starting` -ready→ `running`; from both, a crash leads to `waiting` (back-off) or, when the breaker opens, to `open`; both lead
 * back to `starting` at `nextTryAt`, once the crashed run has been cleared away. `stop` leads to `stopped` from everywhere, by way of `stopping`.
 *
 * `#turn` grows with everything that makes earlier reports and timers void. There is one timer at a time: in `starting` for a start that hangs, in
 * `running` for the stable run, in `waiting` and `open` for the next start.
 */
export class SupervisedWorker {
  readonly #worker: Worker
  readonly #options: WorkerOptions
  readonly #ports: SupervisionPorts
  readonly #backoff: Backoff = createBackoff()
  readonly #breaker: Breaker
  readonly #name: string
  #wanted = false
  #state: WorkerState = 'stopped'
  #turn = 0
  #cancelTimer: (() => void) | undefined
  /** Resolves when nothing of the last run is left, or its stop was given up. */
  #cleared: Promise<void> = Promise.resolve()
  #starts = 0
  #abandoned = 0
  #hung = false
  #startedAt: number | null = null
  #lastError: string | null = null
  #nextTryAt: number | null = null

  constructor(worker: Worker, name: string, options: WorkerOptions, ports: SupervisionPorts) {
    this.#worker = worker
    this.#name = name
    this.#options = options
    this.#ports = ports
    this.#breaker = createBreaker(options)
  }

  get status(): WorkerStatus {
    return Object.freeze({
      name: this.#name,
      critical: this.#options.critical,
      state: this.#state,
      breaker: this.#breaker.state,
      restarts: Math.max(this.#starts - 1, 0),
      abandoned: this.#abandoned,
      hung: this.#hung,
      startedAt: this.#startedAt,
      lastError: this.#lastError,
      nextTryAt: this.#nextTryAt,
    })
  }

  /** Has the worker running from now on. Safe to call again. */
  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#launchWhenCleared()
  }

  /** Stops for good. Resolves when the worker is gone or given up. Safe to call again. */
  async stop(): Promise<void> {
    const turn = this.#begin()
    this.#wanted = false
    if (this.#state === 'starting' || this.#state === 'running') this.#cleared = this.#clear()
    if (this.#state !== 'stopped') this.#enter('stopping')
    await this.#cleared
    if (turn === this.#turn) this.#enter('stopped')
  }

  /** Closes the breaker and forgets all crashes; a worker that waits for its next start is started now. */
  reset(): void {
    this.#breaker.reset()
    this.#backoff.reset()
    if (this.#state === 'waiting' || this.#state === 'open') this.#launchWhenCleared()
    else this.#ports.changed()
  }

  #launchWhenCleared(): void {
    const turn = this.#begin()
    void this.#cleared.then(() => {
      if (turn === this.#turn) this.#launch(turn)
    })
  }

  #launch(turn: number): void {
    const { startTimeoutMs } = this.#options
    this.#starts += 1
    this.#hung = false
    this.#breaker.probe()
    this.#enter('starting')
    this.#timer(startTimeoutMs, () => {
      this.#abandoned += 1
      this.#hung = true
      this.#crash(turn, new Error(`It did not start within ${startTimeoutMs / 1000} s.`))
    })
    try {
      this.#worker.start({ ready: () => this.#ready(turn), crashed: (error) => this.#crash(turn, error) })
    } catch (error) {
      this.#crash(turn, error)
    }
  }

  #ready(turn: number): void {
    if (turn !== this.#turn || this.#state !== 'starting') return
    this.#enter('running')
    this.#timer(this.#options.stableRunMs, () => {
      this.#backoff.reset()
      this.#breaker.stable()
      this.#ports.changed()
    })
  }

  #crash(turn: number, error: unknown): void {
    if (turn !== this.#turn) return
    const { clock, logger } = this.#ports
    this.#begin()
    this.#lastError = error instanceof Error ? error.message : String(error)
    const probeMs = this.#breaker.crashed(clock.now())
    const delayMs = probeMs ?? this.#backoff.next()
    this.#enter(probeMs === null ? 'waiting' : 'open', clock.now() + delayMs)
    const next = `${probeMs === null ? 'It starts again' : 'It crashed too often and is tried again'} in ${Math.round(delayMs / 1000)} s.`
    logger.error({ err: error, worker: this.#name }, `${this.#name} crashed. ${next}`)
    this.#cleared = this.#clear()
    this.#timer(delayMs, () => this.#launchWhenCleared())
  }

  /** Stops the current run within the time limit. Never rejects. */
  #clear(): Promise<void> {
    const { clock, logger } = this.#ports
    const { stopTimeoutMs } = this.#options
    return new Promise((resolve) => {
      const cancel = clock.after(stopTimeoutMs, () => {
        this.#abandoned += 1
        this.#hung = true
        this.#breaker.count(clock.now())
        this.#lastError = `It did not stop within ${stopTimeoutMs / 1000} s and was given up; something of it may still run.`
        logger.error({ worker: this.#name }, `${this.#name} did not stop within ${stopTimeoutMs / 1000} s and was given up.`)
        this.#ports.changed()
        resolve()
      })
      const stopped = async (): Promise<void> => this.#worker.stop()
      stopped()
        .catch((error) => logger.error({ err: error, worker: this.#name }, `${this.#name} failed to stop.`))
        .finally(() => {
          cancel()
          resolve()
        })
    })
  }

  /** Makes earlier reports and timers void. */
  #begin(): number {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#turn += 1
    return this.#turn
  }

  #enter(state: WorkerState, nextTryAt: number | null = null): void {
    this.#state = state
    this.#nextTryAt = nextTryAt
    this.#startedAt = state === 'running' ? this.#ports.clock.now() : null
    this.#ports.changed()
  }

  /**
   * Calls `run` in `ms` unless something else happens first; takes the place of the timer before. A timer that fires early is set again, but not for a clock
   * that was set back by more than the whole wait.
   */
  #timer(ms: number, run: () => void): void {
    const { clock } = this.#ports
    this.#cancelTimer?.()
    const at = clock.now() + ms
    const wait = (): void => {
      this.#cancelTimer = clock.after(at - clock.now(), () => {
        const early = at - clock.now()
        if (early > 0 && early <= ms) wait()
        else run()
      })
    }
    wait()
  }
}
