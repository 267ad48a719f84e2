import type { RunQuery } from '../../shared/contract/runs.ts'
import type {
  Attention,
  Build,
  CancelMode,
  ClaimedRun,
  EndedHow,
  EventLevel,
  Json,
  KillSignal,
  Lane,
  LaneName,
  Lease,
  Outcome,
  Reconnect,
  Run,
  RunAttempt,
  RunError,
  RunEvent,
  RunStatus,
  RunStep,
  RunSummary,
  StepSpec,
  TimeoutStatus,
  Timeouts,
} from '../../shared/models/index.ts'

/** How many runs may be live at once. A project missing in `projects` takes `project`. */
export interface Limits {
  readonly global: number
  readonly project: number
  readonly provider: number
  readonly projects: Readonly<Record<string, number>>
}

/** A run to store. `provider` is the model provider (`anthropic`), null without one; with the project it makes the `limitKey`. */
export interface NewRun {
  readonly id: string
  readonly title: string
  readonly op: string
  readonly template: string | null
  readonly params: Record<string, Json>
  readonly steps: readonly StepSpec[]
  readonly projectId: string | null
  readonly provider: string | null
  readonly model: string | null
  readonly lane: LaneName
  readonly priority: number
  readonly runAt: number
  readonly maxAttempts: number
  readonly maxLost: number
  readonly idempotencyKey: string | null
  /** What it was dispatched at. */
  readonly target?: string | null
}

/** An event to store; the store gives it its `seq`. */
export interface EventDraft {
  readonly at: number
  readonly kind: string
  readonly level: EventLevel
  readonly message: string
  readonly data: Json | null
  readonly step: number | null
}

export interface ClaimRequest {
  readonly workerId: string
  readonly instanceId: string
  readonly lanes: readonly LaneName[]
  readonly limit: number
  readonly leaseMs: number
  readonly limits: Limits
  /** Time limits by op, for a worker that does not say which step it is at: the clock of its step begins with the claim. */
  readonly timeouts?: Readonly<Record<string, Timeouts>>
  readonly now: number
}

/** How an attempt ended, and `how` it came to that when it was told to. `random` in 0..1 spreads the back-off. */
export interface AttemptEnding {
  readonly outcome: Outcome
  readonly error: RunError | null
  readonly result?: Json | null
  readonly how?: EndedHow | null
  readonly now: number
  readonly random: number
}

/** How a live run is asked to end. A kill begins with `signal`, SIGTERM when left out. */
export interface CancelRequest {
  readonly mode: Exclude<CancelMode, 'timeout'>
  readonly signal?: KillSignal
  readonly reason: string | null
}

/** What a control run does to another run. A refusal is thrown and nothing stored, or kept as the control run's own failure. */
export interface Deed {
  readonly runId: string
  readonly request: CancelRequest
  readonly keepRefusal: boolean
}

/** A run that is to end and whose worker has had all the time there is. */
export interface DueFence {
  readonly runId: string
  readonly attemptId: string
}

/** What came of a control run, which has ended when it is stored. */
export interface ControlEnding {
  readonly outcome: 'success' | 'error'
  readonly message: string
  readonly error: RunError | null
  readonly result: Json | null
}

/** A running step whose next moment has come. `attemptId` fences what is decided about it. */
export interface DueStep {
  readonly runId: string
  readonly index: number
  readonly attemptId: string
  readonly workerId: string
  readonly instanceId: string
  readonly timeoutStatus: TimeoutStatus
  readonly warningAt: number | null
  readonly timeoutAt: number
  readonly onTimeout: 'ask' | 'kill'
}

/** A worker that has come back. `startedAt` is when its process had started. */
export interface Returned {
  readonly instanceId: string
  readonly build: Build
  readonly startedAt: number
}

/** Fields of a run that its attempt may change. `addCost` is added; `progress` never falls. */
export interface RunPatch {
  readonly progress?: number
  readonly message?: string
  readonly attention?: Attention | null
  readonly sessionId?: string
  readonly worktreeId?: string
  readonly addCost?: number
}

export interface StepPatch {
  readonly status?: RunStep['status']
  readonly outcome?: Outcome | null
  readonly startedAt?: number | null
  readonly endedAt?: number | null
  readonly timedFrom?: number | null
  readonly warningAt?: number | null
  readonly timeoutAt?: number | null
  readonly timeoutStatus?: RunStep['timeoutStatus']
  readonly onTimeout?: RunStep['onTimeout']
  readonly error?: RunError | null
  readonly result?: Json | null
}

/** The answer to a sign of life: whether the run is to end, and with which signal when it is to be killed. */
export interface HeartbeatReply {
  readonly leaseUntil: number
  readonly cancelRequested: boolean
  readonly kill: KillSignal | null
}

/** What one committed transaction changed: whole new rows, already copied. Handed out after the commit, in commit order. */
export interface StoreChange {
  readonly runs: readonly RunSummary[]
  readonly lanes: readonly Lane[]
  readonly events: readonly { readonly runId: string; readonly events: readonly RunEvent[] }[]
}

/** One process start of a worker. `pid` and `processStartedAt` tell a living process from another that got its number; `build` is what it runs. */
export interface WorkerInstance {
  readonly instanceId: string
  readonly workerId: string
  readonly pid: number
  readonly processStartedAt: string | null
  readonly build: Build | null
  readonly host: string
  readonly startedAt: number
  readonly seenAt: number
  readonly stoppedAt: number | null
}

/**
 * The durable queue. Every method is one transaction; what it changed is handed to `subscribe` listeners after the commit and before the promise resolves.
 *
 * - Writes that carry a `Lease` are fenced: when the attempt is not the run's live one or the token differs they reject with `LEASE_LOST` and change nothing.
 *   `complete` with the token that already completed the attempt returns the run as it is.
 * - `now` is UTC epoch milliseconds and always comes from the caller's clock.
 * - Any method rejects with `STORE_UNAVAILABLE` when the database cannot be reached. Then it has changed nothing, and is safe to call again.
 */
export interface RunStore {
  /** With an `idempotencyKey` that is known, returns the run that exists and `created: false`. Starts as `scheduled` when `runAt > now`. */
  enqueue(run: NewRun, now: number): Promise<{ run: Run; created: boolean }>
  /** Lowest `priority`, then `runAt`, then `id` inside each lane; skips paused lanes and keys without room; promotes due `scheduled` runs first. Counts the attempt. */
  claim(request: ClaimRequest): Promise<ClaimedRun[]>
  heartbeat(lease: Lease, patch: Pick<RunPatch, 'progress' | 'message'>, leaseMs: number, now: number): Promise<HeartbeatReply>
  /** Ends the attempt and decides what becomes of the run (`decideEnding`). */
  complete(lease: Lease, ending: AttemptEnding): Promise<Run>
  /** Graceful hand-back: queued again, the attempt not counted. */
  release(lease: Lease, now: number): Promise<Run>
  /**
   * While `attention` waits for a person (anything but `timeout`) the clock of the running step stands still; afterwards both its moments have moved by that time.
   * A step whose time is over and whose policy is to ask keeps asking until it ends or is given more time.
   */
  updateRun(lease: Lease, patch: RunPatch, now: number): Promise<void>
  updateStep(lease: Lease, index: number, patch: StepPatch, now: number): Promise<void>
  /** Appends with the next `seq` numbers. `lease: null` is for the host's own notes about a run, not for a worker. */
  appendEvents(runId: string, lease: Lease | null, events: readonly EventDraft[]): Promise<readonly RunEvent[]>
  /**
   * Ends a run, as `decideCancel` says.
   *
   * Live: becomes `cancelling` and its next heartbeat says so. Waiting for a place or for its target: a cancel ends it at once. Ended, a kill of what
   * waits, or a second kill: `CONFLICT`.
   */
  cancel(runId: string, request: CancelRequest, now: number): Promise<Run>
  /**
   * Does what a control run is for and stores it as ended, both or neither. A known `idempotencyKey` or id returns the run that exists, and nothing is done
   * again.
   *
   * @throws as `cancel` does, unless the refusal is to be kept
   */
  control(run: NewRun, deed: Deed, now: number): Promise<{ run: Run; created: boolean }>
  /**
   * Running steps of runs that nobody asked to end, whose warning or time limit has come, those overdue longest first. None that stands still or that has asked
   * a person already; one that is to be killed is among them until it has ended.
   */
  dueSteps(now: number): Promise<DueStep[]>
  /**
   * Notes that a step takes long or that its time is over; a step that asks then gets the attention `timeout`.
   *
   * @returns whether anything changed: false when the attempt is over, the step has ended, stands still, was given more time or is that far already
   */
  markStep(runId: string, index: number, attemptId: string, status: 'warning' | 'timed_out', now: number): Promise<boolean>
  /**
   * Asks an attempt to end because the time of its step is over, as `decideTimeOut` says: becomes `cancelling`, and its next heartbeat says so.
   *
   * @returns whether anything changed
   */
  timeOut(runId: string, attemptId: string, now: number): Promise<boolean>
  /** Runs that are to end and whose worker had its time for that. */
  fencesDue(now: number): Promise<DueFence[]>
  /** Closes the lease of an attempt whose run is to end and ends the run without it. @returns null when the attempt is over or has more time */
  fence(runId: string, attemptId: string, now: number, random: number): Promise<Run | null>
  /** Gives the running step `ms` more, counted from now, or from when its clock goes on. `CONFLICT` when no step runs or the run is to end. */
  waitLonger(runId: string, ms: number, now: number): Promise<Run>
  /** The run waits for its target; its attempt stays its live one and is neither swept nor rescued. To be called before the target is told to restart. */
  awaitReconnect(lease: Lease, reconnect: Reconnect, now: number): Promise<void>
  /** A target came back: ends the runs that wait for it, as `decideReconnect` says. One that comes after its deadline is noted. Returns what changed. */
  reconnected(workerId: string, returned: Returned, now: number): Promise<Run[]>
  /** Ends runs whose target did not come back in time. Returns what changed. */
  reconnectsDue(now: number): Promise<Run[]>
  /** A failed or cancelled run is queued again with room for one more attempt; unfinished steps are pending again. Otherwise `CONFLICT`. */
  retry(runId: string, reason: string | null, now: number): Promise<Run>
  /** Appends a step to a run that ended and queues it again, same session and worktree. `CONFLICT` while it is live or waiting. */
  resume(runId: string, step: StepSpec, now: number): Promise<Run>
  dismiss(runId: string, now: number): Promise<Run>
  move(runId: string, to: { lane?: LaneName; priority?: number }, now: number): Promise<Run>
  updateLane(lane: LaneName, patch: { limit?: number; paused?: boolean }): Promise<Lane>
  /** Ends expired attempts as `lease_lost` and requeues or fails their runs. Returns the runs that changed. */
  sweep(now: number, random: number): Promise<Run[]>
  /** The same at once for attempts of dead instances, whatever their lease says. */
  rescue(instanceIds: readonly string[], now: number): Promise<Run[]>
  saveInstance(instance: WorkerInstance): Promise<void>
  instances(): Promise<WorkerInstance[]>

  get(runId: string): Promise<Run | null>
  /** The run that was stored with this `idempotencyKey`. */
  byKey(idempotencyKey: string): Promise<Run | null>
  list(query: RunQuery): Promise<{ runs: RunSummary[]; nextCursor: string | null }>
  /** What the board shows: everything not ended, failed and undismissed, or ended after `endedAfter`. */
  board(endedAfter: number): Promise<RunSummary[]>
  attempts(runId: string): Promise<RunAttempt[]>
  events(runId: string, afterSeq: number, limit: number): Promise<RunEvent[]>
  lanes(): Promise<Lane[]>
  /** Runs that hold a worktree or a place, by status: for start-up and clean-up. `started` leaves out those that no attempt has ever begun. */
  withStatus(statuses: readonly RunStatus[], started?: boolean): Promise<Run[]>

  subscribe(listener: (change: StoreChange) => void): () => void
  close(): Promise<void>
}
