import { agentError, outputLimit } from './failures.ts'
import type { AgentEnding } from './port.ts'
import type { ErrorInfo, StoredMessage, ToolPart } from './protocol.ts'

/** What is known when a session has fallen idle. `messages` are those from the turn's first prompt on, oldest first. */
export interface TurnEvidence {
  readonly messages: readonly StoredMessage[]
  /** The last error that the session reported during the turn; one without a message has nothing else to tell of it. */
  readonly sessionError: ErrorInfo | null
  /** `provider/model` of the turn. */
  readonly model: string
  readonly sessionId: string
  readonly now: number
}

/**
 * Judges how a turn ended, from its last message.
 *
 * OpenCode reports no outcome: a session just falls idle. So `finish: "stop"` is success; `"length"` means cut off; `"tool-calls"` as the last word means that
 * a refused permission or question ended the run; an `error` says itself; neither finish nor error means that nothing was answered, as after an abort
 * during a retry, or in a directory that is gone.
 */
export function judgeTurn(evidence: TurnEvidence): AgentEnding {
  const { messages, sessionError } = evidence
  const last = messages.findLast(({ info }) => info.role === 'assistant')
  const lastPrompt = messages.findLast(({ info }) => info.role === 'user')
  const unanswered = !last || (lastPrompt !== undefined && messages.indexOf(lastPrompt) > messages.indexOf(last))
  const error = (unanswered ? undefined : last?.info.error) ?? (unanswered || !last?.info.finish ? sessionError : null)

  if (error?.name === 'MessageAbortedError') {
    return failed({
      code: 'ABORTED',
      message: 'The session was aborted from outside this app. Retry to let the agent go on.',
      retryable: true,
    })
  }
  if (error) return failed(agentError(error, evidence))
  if (unanswered || !last) return failed(noAnswer())

  const text = textOf(last)
  switch (last.info.finish) {
    case 'length':
      return failed(outputLimit())
    case 'tool-calls':
      return failed(refused(last))
    case 'content-filter':
      return failed({
        code: 'CONTENT_FILTER',
        message: "The provider's content filter stopped the answer. Word the task differently.",
        retryable: false,
      })
    case undefined:
      return failed(noAnswer())
    default:
      // Some providers end with another word than `stop`, or none that the SDK knows.
      if (last.info.finish !== 'stop' && !text) return failed(noAnswer())
      return { kind: 'done', text, result: { sessionId: evidence.sessionId, messageId: last.info.id, text: text.slice(0, 20_000) } }
  }
}

const failed = (error: Extract<AgentEnding, { kind: 'failed' }>['error']): AgentEnding => ({ kind: 'failed', error })

const noAnswer = () => ({
  code: 'NO_ANSWER',
  message: 'The agent ended without an answer. Check that the worktree still exists, then retry.',
  retryable: true,
})

/** The text of a message: what the agent said last. */
const textOf = (message: StoredMessage): string =>
  message.parts
    .flatMap((part) => (part.type === 'text' && !part.synthetic && !part.ignored ? [part.text] : []))
    .join('\n')
    .trim()

function refused(message: StoredMessage) {
  const tool = message.parts.findLast((part): part is ToolPart => part.type === 'tool' && part.state.status === 'error')
  if (tool?.tool === 'question') {
    return {
      code: 'QUESTION_REJECTED',
      message: 'The question of the agent was dismissed, which ended its turn. Retry to let it go on.',
      retryable: false,
    }
  }
  if (tool) {
    return {
      code: 'PERMISSION_REJECTED',
      message: `The permission for “${tool.tool}” was refused, which ended the turn. Retry to let the agent go on, or refuse with a message that says what to do instead.`,
      retryable: false,
    }
  }
  return { code: 'INCOMPLETE', message: 'The agent stopped between two steps. Retry to let it go on.', retryable: true }
}

/** Whether the prompt of a turn has been answered to the end. Only then is a turn of an earlier attempt over. */
export function isAnswered(messages: readonly StoredMessage[]): boolean {
  const last = messages.at(-1)
  if (last?.info.role !== 'assistant' || last.info.error || last.info.time.completed === undefined) return false
  return last.info.finish !== undefined && !['tool-calls', 'length', 'content-filter'].includes(last.info.finish)
}

/** Whether the agent has said or done anything since a message, so that asking again would repeat work. */
export const hasContent = (messages: readonly StoredMessage[]): boolean =>
  messages.some(
    ({ info, parts }) =>
      info.role === 'assistant' && parts.some((part) => part.type === 'tool' || (part.type === 'text' && part.text.trim() !== '')),
  )
