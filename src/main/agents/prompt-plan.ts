import { isPrompt, type PromptIds, promptIds } from './ids.ts'
import { hasContent, isAnswered } from './judge.ts'
import type { StoredMessage, TextPart } from './protocol.ts'

/** What is to be sent to a session so that the turn goes on, or nothing when its answer is there already. */
export type PromptPlan =
  | { readonly kind: 'answered' }
  /** `known`: the message is in the session already and has been reported. */
  | { readonly kind: 'prompt'; readonly ids: PromptIds; readonly text: string; readonly known: boolean }
  | { readonly kind: 'continue'; readonly ids: PromptIds; readonly text: string }

/** Said to an agent that was cut off in the middle of its work. */
export const CONTINUE_TEXT =
  'You were interrupted. Look at what is already done, do not do it again, and go on with the task until it is finished.'

/**
 * Decides what to send, from what the session holds, so that nothing is ever said twice.
 *
 * - the prompt has not arrived: send it
 * - its answer is finished: nothing
 * - the last message of the person has been answered with nothing at all: send that same message again, which makes OpenCode take it up
 * - the agent was cut off in the middle: ask it to go on
 *
 * @param prompt  the turn's prompt and its key
 * @param continueKey  names the message that would ask to go on; it differs for each interruption
 */
export function planPrompt(
  messages: readonly StoredMessage[],
  prompt: { key: string; text: string },
  continueKey: string,
  now: number,
): PromptPlan {
  const first = messages.findIndex(({ info }) => info.role === 'user' && isPrompt(info.id, prompt.key))
  if (first === -1) return { kind: 'prompt', ids: promptIds(prompt.key, now), text: prompt.text, known: false }
  if (isAnswered(messages)) return { kind: 'answered' }
  const last = messages.findLastIndex(({ info }) => info.role === 'user')
  const { info, parts } = messages[last]!
  const part = parts.find((part): part is TextPart => part.type === 'text')
  if (part && !hasContent(messages.slice(last + 1))) {
    return { kind: 'prompt', ids: { messageId: info.id, partId: part.id }, text: part.text, known: true }
  }
  return { kind: 'continue', ids: promptIds(continueKey, now), text: CONTINUE_TEXT }
}

/** The messages of a turn: from its prompt on. All of them when the prompt is not among them. */
export function sincePrompt(messages: readonly StoredMessage[], key: string): readonly StoredMessage[] {
  const first = messages.findIndex(({ info }) => info.role === 'user' && isPrompt(info.id, key))
  return first === -1 ? messages : messages.slice(first)
}
