import { createContext, useCallback, useContext, useState } from 'react'
import type { InboxItem, KillSignal, Run } from '../../../../shared/models/index.ts'

/** What the rows of a conversation can do. Each answers at once; what it brings about comes back through the feed. */
export interface ConversationActions {
  replyPermission(item: InboxItem, reply: 'once' | 'always' | 'reject', message?: string): void
  replyQuestion(item: InboxItem, answers: string[][] | null): void
  /** Gives the running step more time: milliseconds from now, as long as its limit again without. */
  waitLonger(ms?: number): void
  kill(signal: KillSignal): void
  retry(): void
  dismiss(): void
  openLog(): void
  /** Reads a stored event's whole output. */
  loadOutput(seq: number): Promise<string>
}

export interface ConversationScene {
  readonly run: Run
  readonly actions: ConversationActions
  /** Which requests are being answered, by id; `wait`, `kill`, `retry` and `dismiss` by their names. */
  readonly busy: ReadonlySet<string>
  /** The request that the key A answers. */
  readonly hotRequest: string | null
  /** Whether the question before a kill is open, asked by the button or by the key K. */
  readonly sure: boolean
  readonly onSure: (open: boolean) => void
  /** What was opened or shut, by row key: a row that scrolls away and back keeps it. */
  readonly opened: Map<string, boolean>
  /** Set by the list: keeps what is in view in its place while a row is opened or shut. */
  readonly holdStill: { current: () => void }
}

const Scene = createContext<ConversationScene | null>(null)

export const ConversationProvider = Scene.Provider

/** What surrounds the rows. Throws outside a conversation. */
export const useScene = (): ConversationScene => {
  const scene = useContext(Scene)
  if (scene === null) throw new Error('A row stands in a conversation only.')
  return scene
}

/** Whether a row is open, remembered while the conversation is on screen. */
export const useOpened = (key: string, usual: boolean): readonly [boolean, (open: boolean) => void] => {
  const { opened, holdStill } = useScene()
  const [open, setOpen] = useState(() => opened.get(key) ?? usual)
  const set = useCallback(
    (next: boolean) => {
      opened.set(key, next)
      holdStill.current()
      setOpen(next)
    },
    [opened, holdStill, key],
  )
  return [open, set]
}
