import type { PromptIds } from './ids.ts'
import type { DirectoryLink, ModelRef } from './link.ts'
import type { AgentTurn } from './port.ts'
import type { StoredMessage } from './protocol.ts'

/** Where a prompt goes. */
export interface PromptTarget {
  readonly link: DirectoryLink
  readonly sessionId: string
  readonly model: ModelRef
}

/** What is said to the agent during a turn: sent once, reported once, and answered before the turn may end. */
export interface TurnPrompts {
  /** @param reported  whether an earlier attempt has told it, or nobody said it, so that it is sent without a word */
  send(target: PromptTarget, ids: PromptIds, text: string, reported: boolean): Promise<void>
  /** A message of this id is in the session. */
  arrived(messageId: string): void
  /** Whether something was said that the newest answer does not follow, or is being said just now. */
  isOpen(messages: readonly StoredMessage[]): boolean
}

export function createTurnPrompts(turn: AgentTurn): TurnPrompts {
  /** Texts that were sent and not reported, by message id. */
  const unreported = new Map<string, string>()
  const said = new Set<string>()
  let sending = 0

  // With the answer to the call or with the message's event, whichever is first: so a prompt comes before what it leads to.
  const report = (messageId: string): void => {
    const text = unreported.get(messageId)
    if (text === undefined) return
    unreported.delete(messageId)
    turn.emit({ kind: 'prompt', data: { messageId, text } })
  }
  return {
    async send({ link, sessionId, model }, ids, text, reported) {
      if (!reported) unreported.set(ids.messageId, text)
      sending += 1
      try {
        await link.send(sessionId, ids, text, model)
        said.add(ids.messageId)
        report(ids.messageId)
      } finally {
        sending -= 1
      }
    },
    arrived: report,
    isOpen(messages) {
      if (sending > 0) return true
      const answer = messages.findLastIndex(({ info }) => info.role === 'assistant')
      for (const messageId of said) {
        const at = messages.findIndex(({ info }) => info.id === messageId)
        // Ids sort by time: one before the first of these messages was answered long ago.
        const missing = at === -1 && messageId > (messages[0]?.info.id ?? '')
        if (missing || at > answer) return true
      }
      return false
    },
  }
}
