import type { z } from 'zod'
import type {
  CreateRun,
  DispatchedRun,
  eventsContract,
  Health,
  hostContract,
  lanesContract,
  ModelChoice,
  OpInfo,
  opsContract,
  permissionsContract,
  projectsContract,
  questionsContract,
  RunDiff,
  RunQuery,
  runsContract,
  worktreesContract,
} from '../../shared/contract/index.ts'
import type {
  ClaimedRun,
  FeedMessage,
  HostStatus,
  KillSignal,
  Lane,
  LaneName,
  Lease,
  LiveMessage,
  LiveState,
  Operation,
  Project,
  Revision,
  Run,
  RunAttempt,
  RunEvent,
  RunSummary,
  Settings,
  SettingsPatch,
  WorkerStatus,
  Worktree,
} from '../../shared/models/index.ts'

interface ContractCall {
  '~orpc': { inputSchema?: z.ZodType | undefined }
}
type Answer<T> = T | Promise<T>
/** What a handler gets: the input of a call after its schema accepted it. */
type Input<P extends ContractCall> = z.output<NonNullable<P['~orpc']['inputSchema']>>

/**
 * What the core offers to its doors.
 *
 * Every handler is thin: it parses, calls one of these and answers. All failures that a caller can act on are `AppError`s.
 * A stream starts when it is first pulled, ends when `signal` aborts, and then frees what it holds. Whoever pulls too slowly is given a new
 * snapshot instead of a growing queue.
 */
export interface CoreApi {
  /** A new one with each start. Revisions of two instances cannot be compared. */
  readonly instanceId: string
  readonly version: string

  readonly live: {
    snapshot(): { revision: Revision; state: LiveState }
    /** Without `since`, or when it cannot be resumed, a snapshot comes first; then changes, no revision left out. */
    watch(since: Revision | undefined, signal: AbortSignal): AsyncIterable<LiveMessage>
  }
  readonly runs: {
    create(input: z.output<typeof CreateRun>): Answer<Run>
    list(query: z.output<typeof RunQuery>): Answer<{ runs: RunSummary[]; nextCursor: string | null }>
    get(id: string): Answer<Run>
    attempts(id: string): Answer<RunAttempt[]>
    events(id: string, afterSeq: number, limit: number): Answer<RunEvent[]>
    /** Stored events after `afterSeq`, then what happens. @throws AppError NOT_FOUND on the first pull */
    follow(id: string, afterSeq: number, signal: AbortSignal): AsyncIterable<FeedMessage>
    diff(id: string): Answer<RunDiff>
    cancel(id: string, reason: string | undefined): Answer<Run>
    retry(id: string, reason: string | undefined): Answer<Run>
    /** @param ms  the step's whole time limit when left out */
    wait(id: string, ms: number | undefined): Answer<Run>
    dismiss(id: string): Answer<Run>
    move(id: string, to: { lane?: LaneName; priority?: number }): Answer<Run>
    claim(request: Input<typeof runsContract.claim>): Answer<ClaimedRun[]>
    heartbeat(beat: Input<typeof runsContract.heartbeat>): Answer<{ leaseUntil: number; cancelRequested: boolean; kill: KillSignal | null }>
    complete(ending: Input<typeof runsContract.complete>): Answer<Run>
    release(lease: Lease): Answer<Run>
    appendEvents(lease: Lease, events: Input<typeof eventsContract.append>['events']): Answer<{ lastSeq: number }>
  }
  readonly lanes: {
    list(): Answer<Lane[]>
    update(lane: LaneName, patch: Omit<Input<typeof lanesContract.update>, 'lane'>): Answer<Lane>
  }
  readonly operations: {
    list(): Answer<{ operations: Operation[]; history: Operation[] }>
    cancel(id: string): Answer<Operation>
    retry(id: string): Answer<Operation | null>
    dismiss(id: string): Answer<Operation>
  }
  readonly ops: {
    list(): Answer<{ ops: OpInfo[] }>
    /** @throws AppError VALIDATION_FAILED, NOT_FOUND or what the op's own check says; then nothing is stored */
    dispatch(request: Input<typeof opsContract.dispatch>): Answer<{ runs: DispatchedRun[] }>
  }
  readonly projects: {
    list(): Answer<Project[]>
    add(input: Input<typeof projectsContract.add>): Answer<Project>
    trust(projectId: string, trusted: boolean): Answer<Project>
    select(projectId: string | null): Answer<Project | null>
    update(projectId: string, patch: Omit<Input<typeof projectsContract.update>, 'projectId'>): Answer<Project>
    remove(projectId: string): Answer<Project>
  }
  readonly worktrees: {
    /** Of one project, or of all. */
    list(projectId: string | undefined): Answer<Worktree[]>
    remove(worktreeId: string, options: Omit<Input<typeof worktreesContract.remove>, 'worktreeId'>): Answer<Worktree>
    reset(worktreeId: string, options: Omit<Input<typeof worktreesContract.reset>, 'worktreeId'>): Answer<Worktree>
  }
  readonly sessions: { prompt(runId: string, text: string): Answer<Run> }
  readonly permissions: { reply(answer: Input<typeof permissionsContract.reply>): Answer<void> }
  readonly questions: { reply(answer: Input<typeof questionsContract.reply>): Answer<void> }
  readonly workers: {
    list(): Answer<WorkerStatus[]>
    /** @throws AppError NOT_FOUND */
    reset(name: string): Answer<WorkerStatus>
  }
  readonly host: {
    status(): HostStatus
    health(): Answer<z.output<typeof Health>>
    settings(): Settings
    updateSettings(patch: SettingsPatch): Answer<Settings>
    models(): Answer<{ models: ModelChoice[]; defaultModel: string | null }>
    startDemo(runs: Input<typeof hostContract.startDemo>['runs']): Answer<{ projectId: string; runIds: string[] }>
  }
  /** Stops claiming, hands running steps back, closes the store. Safe to call again. */
  stop(): Promise<void>
}
