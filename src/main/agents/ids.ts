import { createHash } from 'node:crypto'

/** Ids of a prompt to send: of its message, and of its one part. */
export interface PromptIds {
  readonly messageId: string
  readonly partId: string
}

/**
 * Makes the ids of a prompt in OpenCode's own form: 12 hex digits of time, then 14 characters.
 *
 * The time keeps the session in order by id, which OpenCode relies on when it forks or reverts. The rest depends on `key` alone, so the prompt is found again
 * by whoever knows the key (`isPrompt`). Sending the same ids again is harmless: an answered prompt is left alone, an unanswered one is taken up.
 */
export function promptIds(key: string, now: number): PromptIds {
  const time = ((BigInt(now) * 0x1000n) & 0xffff_ffff_ffffn).toString(16).padStart(12, '0')
  return { messageId: `msg_${time}${suffixOf(key)}`, partId: `prt_${time}${suffixOf(key)}` }
}

/** Tells whether a message is the prompt of `key`, whenever it was sent. */
export const isPrompt = (messageId: string, key: string): boolean => messageId.endsWith(suffixOf(key))

const suffixOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 14)
