import type { z } from 'zod'
import type { TargetKind } from '../../shared/contract/ops.ts'
import type {
  Attention,
  EndedHow,
  Json,
  KillSignal,
  LivePart,
  NewEvent,
  Outcome,
  Project,
  Reconnect,
  Result,
  Run,
  RunError,
  RunStep,
  Timeouts,
} from '../../shared/models/index.ts'

import type { Deed } from './store-port.ts'

/** Why an op is told to stop. The first reason stands. */
export type StopReason = 'cancelled' | 'killed' | 'timed_out' | 'lease_lost' | 'shutdown'

/** The environment variable by which a process of an attempt is known, wherever it went. */
export const ATTEMPT_MARK = 'RUN_ATTEMPT_ID'

/** How a step ended, and `how` its processes did when it was told to stop. A thrown error counts as `error`. */
export interface StepEnding {
  readonly outcome: Outcome
  readonly error?: RunError
  readonly result?: Json
  readonly how?: EndedHow
  /** What came of it, in one line for the run's card; what it said last when left out. */
  readonly message?: string
}

/**
 * What an op may do while it runs. Everything written is fenced by the attempt's lease and kept in order.
 *
 * `directory` is the run's worktree, or a scratch folder of the run without a project. `signal` aborts with a `StopReason` as its reason:
 * the op then has 5 seconds to stop by itself, and ends processes, if it has to, beginning with `killSignal()`.
 */
export interface OpContext<P = unknown> {
  readonly run: Run
  readonly step: RunStep
  readonly params: P
  readonly attemptId: string
  /** Counts from 1. Above 1 the worktree and the session are those of the attempt before. */
  readonly attempt: number
  readonly project: Project | null
  readonly directory: string
  readonly signal: AbortSignal
  /** SIGTERM, unless a kill asked for another one. */
  killSignal(): KillSignal
  /**
   * For child processes, laid over the host's own environment: `RUN_ID`, `RUN_ATTEMPT_ID` and `CONTROLROOM_INSTANCE`, by which a process of this attempt is
   * known, and undefined for what a child must not inherit.
   */
  readonly env: Readonly<Record<string, string | undefined>>
  now(): number
  /** Stores an event; returns at once. Events are written in order, in batches. */
  emit(event: NewEvent): void
  /** Resolves when everything emitted so far is stored. @throws AppError LEASE_LOST */
  flush(): Promise<void>
  /** 0..1 or -1; the run's own progress follows from it. Falling values are ignored. */
  progress(value: number, message?: string): void
  /** Shows a part that is growing, or replaces it. */
  live(part: LivePart): void
  /** Adds text to a growing part. */
  delta(partId: string, text: string): void
  /** Takes growing parts away that will not be stored. */
  dropLive(partIds: readonly string[]): void
  /** Stores the session's id; resolves when it is durable. */
  setSession(sessionId: string): Promise<void>
  /** Marks the run as waiting for a person; the step's clock stands still until it is called with null. */
  attention(value: Attention | null): void
  addCost(usd: number): void
  /**
   * From now on the run waits for its target to come back; resolves when that is durable. To be called before the target is told to restart, in the run's
   * last step. A step that then ends well leaves its run waiting; any other ending stands.
   *
   * @throws AppError LEASE_LOST, CONFLICT
   */
  awaitReconnect(reconnect: Reconnect): Promise<void>
}

/** What an op is dispatched at. `id` is null for an op without a target; `project` is the one the run will belong to. */
export interface OpTarget {
  readonly id: string | null
  readonly project: Project | null
}

/**
 * A registered kind of work. One file each under `ops/`.
 *
 * Life of a step: `validate → snapshot(before) → execute → fresh state → postCheck(before, fresh) → outcome`.
 * `workspace: 'worktree'` gives a run with a project its own worktree before the first step.
 */
export interface OpDefinition<P = unknown> {
  readonly name: string
  readonly title: string
  readonly params: z.ZodType<P>
  readonly timeouts: Timeouts
  readonly cancellable: boolean
  readonly idempotent: boolean
  /** Whether these parameters may be repeated without harm, where that is not the same for all of them. */
  idempotentFor?(params: P): boolean
  readonly workspace: 'none' | 'worktree'
  /** What it is dispatched at; projects when left out, and then a target may be missing. The id of any other target is a parameter of the step. */
  readonly targets?: TargetKind
  /** What it asks of another run: dispatch never queues such an op, but has it done at once and keeps a run that has ended. */
  control?(params: P): Omit<Deed, 'keepRefusal'>
  /** Asked by dispatch before anything is stored. It must not change anything, and what may change while the run waits belongs into `validate`. */
  preValidate?(params: P, target: OpTarget): Promise<Result<void>>
  validate?(context: OpContext<P>): Promise<Result<void>>
  snapshot?(context: OpContext<P>): Promise<Json>
  execute(context: OpContext<P>): Promise<StepEnding>
  /** Reads state afresh after the command ended. `mismatch` makes the outcome `post_check_failed`. */
  postCheck?(
    context: OpContext<P>,
    before: Json | null,
  ): Promise<{ result: 'verified' | 'mismatch' | 'unverifiable'; error?: RunError; data?: Json }>
}

/** Keeps the parameter type inside the definition and hides it outside. */
export const defineOp = <P>(op: OpDefinition<P>): OpDefinition => op as unknown as OpDefinition
