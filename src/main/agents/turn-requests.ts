import { AppError } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import { Refused } from './clients.ts'
import { type Inbox, permissionItem, questionItem } from './inbox.ts'
import type { DirectoryLink } from './link.ts'
import { answerForSubagent } from './policy.ts'
import type { AgentTurn } from './port.ts'
import type { PermissionRequest, QuestionRequest } from './protocol.ts'
import type { TurnView } from './turn-view.ts'

/** What an agent asks during a turn: into the inbox, into the run's events, and out again. A request may be told more than once. */
export interface TurnRequests {
  permission(request: PermissionRequest, fromSubagent: boolean, directory: DirectoryLink): void
  permissionReplied(requestId: string, reply: string, message?: string): void
  question(request: QuestionRequest): void
  questionReplied(requestId: string, answers: readonly (readonly string[])[] | null): void
  /** Sends a person's reply. @throws AppError NOT_FOUND when the request is gone, answered included */
  reply(requestId: string, directory: DirectoryLink | null, send: (directory: DirectoryLink) => Promise<void>): Promise<void>
  /** Drops what is no longer pending on the server. */
  keepOnly(pending: ReadonlySet<string>): void
  clear(): void
  /** Whether a person is waited for. */
  readonly waiting: boolean
}

export function createTurnRequests(
  turn: AgentTurn,
  turnDirectory: string,
  deps: { inbox: Inbox; clock: Clock; logger: Logger; view: TurnView },
): TurnRequests {
  const { inbox, clock, logger, view } = deps
  const asked = new Set<string>()
  const replied = new Set<string>()
  let told: 'permission' | 'question' | null = null

  const tellAttention = (): void => {
    const now = inbox.attentionOf(turn.runId)
    if (now === told) return
    told = now
    turn.attention(now)
  }
  /** @returns whether this is the first word of it */
  const once = (ids: Set<string>, requestId: string): boolean => {
    if (ids.has(requestId)) return false
    ids.add(requestId)
    return true
  }
  const close = (requestId: string): boolean => {
    // A request that was answered without a person is not told at all.
    const first = asked.has(requestId) && once(replied, requestId)
    inbox.remove(requestId)
    tellAttention()
    return first
  }

  return {
    permission(request, fromSubagent, directory) {
      const answer = fromSubagent ? answerForSubagent(turn.policy, request.permission) : null
      if (answer) {
        if (!once(replied, request.id)) return
        const message = answer === 'reject' ? 'This run may not leave its worktree.' : undefined
        directory.replyPermission(request.id, answer, message).catch((error: unknown) => {
          logger.warn({ runId: turn.runId, error: String(error) }, "A subagent's permission could not be answered.")
        })
        return
      }
      if (!once(asked, request.id)) return
      const item = permissionItem(request, turn.runId, clock.now())
      turn.emit({ kind: 'permission', message: item.title, data: { requestId: request.id, title: item.title, ...(item.data as object) } })
      inbox.add({ item, directory: turnDirectory })
      view.say(`asks: ${item.title}`)
      tellAttention()
    },
    permissionReplied(requestId, reply, message) {
      if (!close(requestId)) return
      turn.emit({ kind: 'permission.replied', message: reply, data: { requestId, reply, ...(message ? { message } : {}) } })
    },
    question(request) {
      if (!once(asked, request.id)) return
      const item = questionItem(request, turn.runId, clock.now())
      turn.emit({ kind: 'question', message: item.title, data: { requestId: request.id, title: item.title, ...(item.data as object) } })
      inbox.add({ item, directory: turnDirectory })
      view.say(`asks: ${item.title}`)
      tellAttention()
    },
    questionReplied(requestId, answers) {
      if (!close(requestId)) return
      const message = answers?.map((answer) => answer.join(', ')).join('; ') ?? 'dismissed'
      turn.emit({
        kind: 'question.replied',
        message: message.slice(0, 500),
        data: { requestId, answers: answers?.map((answer) => [...answer]) ?? null },
      })
    },
    async reply(requestId, directory, send) {
      const gone = (): AppError => new AppError('NOT_FOUND', 'This request has been answered already, or the agent no longer waits for it.')
      if (!directory || !inbox.find(turn.runId, requestId)) throw gone()
      try {
        await send(directory)
      } catch (error) {
        if (error instanceof Refused && error.status === 404) {
          inbox.remove(requestId)
          tellAttention()
          throw gone()
        }
        throw new AppError('CONFLICT', 'OpenCode did not take the answer. Try again in a moment.', { cause: error })
      }
    },
    keepOnly(pending) {
      for (const { id, runId } of inbox.items()) if (runId === turn.runId && !pending.has(id)) inbox.remove(id)
      tellAttention()
    },
    clear() {
      inbox.removeRun(turn.runId)
      tellAttention()
    },
    get waiting() {
      return inbox.attentionOf(turn.runId) !== null
    },
  }
}
