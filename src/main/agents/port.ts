import type { ModelChoice } from '../../shared/contract/host.ts'
import type { EndedHow, HostStatus, InboxItem, Json, LivePart, NewEvent, PermissionPolicy, RunError } from '../../shared/models/index.ts'
import type { ProcessIdentity } from '../platform/index.ts'

/** How a turn of an agent is told, and what it may report. One turn lasts from a prompt until the session is idle again. */
export interface AgentTurn {
  readonly runId: string
  readonly attemptId: string
  readonly directory: string
  readonly title: string
  readonly prompt: string
  /** Own message id (prefix `msg`), the same for every attempt at this step: sending again is harmless. */
  readonly messageId: string
  /** `provider/model`, or null for the configured default. */
  readonly model: string | null
  readonly policy: PermissionPolicy
  /** The session of an earlier attempt or step, or null to make one. */
  readonly sessionId: string | null
  readonly signal: AbortSignal
  /** Resolves once the id is durable; the prompt is sent only after that. */
  onSession(sessionId: string): Promise<void>
  emit(event: NewEvent): void
  progress(value: number, message?: string): void
  live(part: LivePart): void
  delta(partId: string, text: string): void
  dropLive(partIds: readonly string[]): void
  attention(value: 'permission' | 'question' | null): void
  addCost(usd: number): void
}

/** How a turn ended, judged from the last message. `text` is the agent's last answer. */
export type AgentEnding =
  | { readonly kind: 'done'; readonly text: string; readonly result: Json }
  | { readonly kind: 'failed'; readonly error: RunError }
  /** `how` is what it took to end the background commands of the attempt. */
  | { readonly kind: 'aborted'; readonly how?: EndedHow }

/** The OpenCode server as a process. */
export interface RunningServer {
  readonly identity: ProcessIdentity
  /** What it says it is. */
  readonly version: string
  /** The file that was started, and which one lay there then (`fileKey`): a launcher or the program itself, and another may lie there by now. */
  readonly binary: { readonly path: string; readonly key: string }
  readonly startedAt: number
}

/** The agent runtime: one OpenCode server for all projects, its sessions, and what they ask. */
export interface Agents {
  /** Runs a turn to its end. Never rejects for what the agent or the provider did: that is in the ending. Aborting the signal aborts the session. */
  runTurn(turn: AgentTurn): Promise<AgentEnding>
  /** Says something to the session of a run whose turn is under way. @throws AppError CONFLICT when it is not */
  prompt(runId: string, text: string): Promise<void>
  /** @throws AppError NOT_FOUND when the request is gone or answered */
  replyPermission(request: { runId: string; requestId: string; reply: 'once' | 'always' | 'reject'; message?: string }): Promise<void>
  replyQuestion(request: { runId: string; requestId: string; answers: string[][] | null }): Promise<void>
  inbox(): readonly InboxItem[]
  status(): HostStatus['opencode']
  /** Who answers now; null while none does. */
  server(): RunningServer | null
  /** Starts the server where none runs; resolves when it answers. What keeps it going goes on trying after a rejection. @throws AppError when it cannot be started */
  start(): Promise<void>
  /** Called after the inbox or the status changed. */
  subscribe(listener: () => void): () => void
  models(): Promise<{ models: ModelChoice[]; defaultModel: string | null }>
  /** Frees what the server holds for a directory that is done. */
  dispose(directory: string): Promise<void>
  /**
   * Ends the server; the next turn starts it anew, with the configuration of then. Nothing to do when it does not run.
   *
   * With `force` also under the turns that are at work: each goes on in its session on the next server.
   *
   * @throws AppError CONFLICT while a turn is under way and `force` is not set
   */
  restart(options?: { force?: boolean }): Promise<void>
  /** Ends the server for good and proves that its processes are gone; turns still under way fail. @throws AppError INTERNAL when a process would not go */
  stop(): Promise<void>
}
