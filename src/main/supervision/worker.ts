/** Something long-lived that is started, watched and started again: a server, a thread, a loop. */
export interface Worker {
  /** For people and logs; one of a kind in its supervisor. */
  readonly name: string
  /**
   * Begins and returns at once; how it goes is told to `context`. Throwing counts as a crash. Called again after each crash, once `stop` has
   * resolved or was given up.
   */
  start(context: WorkerContext): void
  /** Signals the end and resolves when the worker is really gone. Also called after a crash, to clear away what is left of it. */
  stop(): Promise<void>
}

/** How a worker reports on one start. After a crash, a stop or a newer start, reports of the old one are ignored. */
export interface WorkerContext {
  /** It does its work now. */
  ready(): void
  /** It has ended, or is of no use any more. */
  crashed(error: unknown): void
}

/** How a worker is supervised. Times in milliseconds. */
export interface WorkerOptions {
  /** How many of it run side by side. */
  readonly poolSize: number
  /** Whether the host is degraded while this worker's breaker is not closed. */
  readonly critical: boolean
  /** Starts when it is first needed instead of with the others. */
  readonly lazy: boolean
  /** After this long without a crash the back-off starts over, and a breaker that was being probed closes. */
  readonly stableRunMs: number
  /** Crashes allowed within `circuitWindowMs`; the next one opens the breaker. */
  readonly maxRestarts: number
  readonly circuitWindowMs: number
  /** A start that is neither ready nor crashed by then counts as a crash. */
  readonly startTimeoutMs: number
  /** A stop that has not resolved by then is reported, given up and counted as a crash. */
  readonly stopTimeoutMs: number
}

export const DEFAULT_WORKER_OPTIONS: WorkerOptions = {
  poolSize: 1,
  critical: false,
  lazy: false,
  stableRunMs: 30_000,
  maxRestarts: 5,
  circuitWindowMs: 600_000,
  startTimeoutMs: 60_000,
  stopTimeoutMs: 15_000,
}

/** `waiting`: crashed, to be started at `nextTryAt`. `open`: crashed too often, to be probed at `nextTryAt`. */
export type WorkerState = 'stopped' | 'starting' | 'running' | 'waiting' | 'open' | 'stopping'

/** `half-open`: started again on trial; a stable run closes the breaker, a crash opens it for longer. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** What is to be seen of a worker. A frozen copy. */
export interface WorkerStatus {
  readonly name: string
  readonly critical: boolean
  readonly state: WorkerState
  readonly breaker: BreakerState
  /** Starts after the first one. */
  readonly restarts: number
  /** Starts and stops that did not come to an end in time and were given up; something of these may still run. */
  readonly abandoned: number
  /** True while the last start or stop is one that was given up. */
  readonly hung: boolean
  /** Since when it has been running, in UTC epoch milliseconds; null unless `running`. */
  readonly startedAt: number | null
  /** Why it crashed last, or did not start or stop in time; null when it never did. */
  readonly lastError: string | null
  /** UTC epoch milliseconds of the next start; null unless `waiting` or `open`. */
  readonly nextTryAt: number | null
}
