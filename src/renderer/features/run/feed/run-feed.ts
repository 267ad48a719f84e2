import type { FeedMessage } from '../../../../shared/models/index.ts'
import { addDelta, addEvents, type Conversation, dropParts, EMPTY_CONVERSATION, setPart, setParts } from './conversation.ts'
import { createLogBuffer, type LogBuffer } from './log-buffer.ts'

/** How reading stands: `loading` until the last page of the first snapshot, then `live`; `missing` when there is no such run, `failed` when the host refused. */
export type FeedLine = 'loading' | 'live' | 'missing' | 'failed'

/** What the screen shows of a feed at one moment. */
export interface FeedView {
  readonly line: FeedLine
  /** Why reading failed, for a person; null otherwise. */
  readonly problem: string | null
  readonly conversation: Conversation
  readonly log: LogBuffer
  /** Grows with each change of the log, which is one mutable list. */
  readonly logVersion: number
  /** Grows when files of the worktree may have changed. */
  readonly filesVersion: number
}

/** Calls `flush` once, soon: at the next frame of a visible page, or after a moment of a hidden one. Returns how to take it back. */
export type Schedule = (flush: () => void) => () => void

const CHANGES_FILES = new Set(['files', 'tool', 'worktree', 'attempt', 'run', 'step'])

/**
 * Everything read of one run, outside React.
 *
 * A message is taken in at once; listeners hear of it at most once for each frame, so that a fast agent costs one render, not hundreds.
 * A snapshot may come again after a cut: its events are those not read yet, its parts are all that is growing.
 */
export interface RunFeed {
  receive(message: FeedMessage): void
  fail(line: 'missing' | 'failed', problem: string): void
  /** The number of the last stored event that was read; where to resume. */
  lastSeq(): number
  /** The same object until listeners are told of a change. */
  view(): FeedView
  subscribe(listener: () => void): () => void
}

export const createRunFeed = (schedule: Schedule): RunFeed => {
  const log = createLogBuffer()
  const listeners = new Set<() => void>()
  let conversation: Conversation = EMPTY_CONVERSATION
  let line: FeedLine = 'loading'
  let problem: string | null = null
  let filesVersion = 0
  let view: FeedView | null = null
  let pending: (() => void) | null = null

  const changed = (): void => {
    if (pending !== null) return
    pending = schedule(() => {
      pending = null
      view = null
      for (const listener of listeners) listener()
    })
  }

  const store = (events: Extract<FeedMessage, { type: 'events' }>['events']): void => {
    const fresh = events.filter((event) => event.seq > conversation.lastSeq)
    conversation = addEvents(conversation, fresh)
    log.append(fresh)
    // What was there before the first look is in what is looked at.
    if (line === 'live' && fresh.some((event) => CHANGES_FILES.has(event.kind))) filesVersion += 1
  }

  return {
    receive(message) {
      switch (message.type) {
        case 'snapshot':
          store(message.events)
          conversation = setParts(conversation, message.parts)
          if (!message.more) line = 'live'
          problem = null
          break
        case 'events':
          store(message.events)
          break
        case 'part':
          conversation = setPart(conversation, message.part)
          break
        case 'delta':
          conversation = addDelta(conversation, message.partId, message.text)
          break
        case 'dropped':
          conversation = dropParts(conversation, message.partIds)
      }
      changed()
    },
    fail(next, why) {
      line = next
      problem = why
      changed()
    },
    lastSeq: () => conversation.lastSeq,
    view() {
      view ??= { line, problem, conversation, logVersion: log.version, log, filesVersion }
      return view
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        // Nobody looks: take the frame back, and let the next reader see what came meanwhile.
        pending?.()
        pending = null
        view = null
      }
    },
  }
}
