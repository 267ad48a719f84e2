import type { LivePart } from '../../shared/models/index.ts'
import type { Clock } from '../platform/index.ts'
import { activityOf, filesInside, finishedEvent, growingPart, todoProgress, waitText } from './normalise.ts'
import type { AgentTurn } from './port.ts'
import { type AgentPart, type MessageInfo, parsePart, type StoredMessage } from './protocol.ts'

/**
 * Turns what a session says into what the turn reports: growing parts live, finished parts as events, each once.
 *
 * Parts may come twice (from the stream, and read back after a cut) and in any order; `partId` tells them apart. Only parts of the agent's own messages
 * count, so a message must be known (`message`) before its parts.
 */
export interface TurnView {
  message(info: MessageInfo): void
  part(raw: unknown): void
  delta(messageId: string, partId: string, field: string, text: string): void
  /** A part of a subagent: its cost and its doing count, its words do not. */
  subagentPart(raw: unknown): void
  removed(partId: string): void
  todos(todos: readonly { content: string; status: string }[]): void
  fileEdited(file: string): void
  /** Takes over messages that were read back: what is finished and was not reported yet is reported now. */
  catchUp(messages: readonly StoredMessage[]): void
  /** Marks messages as known and reported: they are of an earlier turn. */
  pass(messages: readonly StoredMessage[]): void
  /** The stream was cut: texts that grew meanwhile have a hole until they end. */
  gap(): void
  /** Takes away what grows: the server starts it afresh, or will not end it. */
  dropGrowing(): void
  /** Reports the files that changed since the last time. */
  flushFiles(): void
  say(message: string): void
  retrying(attempt: number, message: string, nextAt: number): void
  /** Whether a tool is at work, which may take as long as it likes. */
  readonly toolRunning: boolean
}

export function createTurnView(turn: AgentTurn, directory: string, clock: Clock): TurnView {
  const roles = new Map<string, MessageInfo['role']>()
  const reported = new Set<string>()
  const growing = new Map<string, LivePart>()
  const runningTools = new Set<string>()
  const files = new Set<string>()
  let lastTodos = ''
  let lastRetry = ''
  let progress = -1

  const say = (message: string): void => turn.progress(progress, message.slice(0, 300))

  const trackTool = (part: AgentPart): void => {
    if (part.type !== 'tool') return
    // A subagent's own tools count, not the call that waits for it.
    if (part.state.status === 'running' && part.tool !== 'task') runningTools.add(part.id)
    else runningTools.delete(part.id)
  }

  const flushFiles = (): void => {
    const changed = filesInside(directory, files)
    files.clear()
    if (changed.length > 0) turn.emit({ kind: 'files', message: changed.join(', ').slice(0, 500), data: { files: changed } })
  }

  const finish = (part: AgentPart): void => {
    const event = finishedEvent(part)
    if (!event) return
    reported.add(part.id)
    growing.delete(part.id)
    turn.emit(event)
    if (part.type === 'step-finish') {
      if (part.cost > 0) turn.addCost(part.cost)
      flushFiles()
    }
  }

  const take = (part: AgentPart): void => {
    if (roles.get(part.messageID) !== 'assistant' || reported.has(part.id)) return
    trackTool(part)
    if (part.type === 'patch') for (const file of part.files) files.add(file)
    const live = growingPart(part, clock.now())
    if (!live) {
      finish(part)
      // Nothing to keep (an empty text), but it was shown.
      if (growing.delete(part.id)) turn.dropLive([part.id])
      return
    }
    const known = growing.get(part.id)
    // A text part is stored empty until it ends: what has arrived of it is more.
    if (known && live.type !== 'tool' && known.text.length > live.text.length) return
    growing.set(part.id, live)
    turn.live(live)
    // A call whose input is still being written says nothing yet, and a todo list is told by what is on it.
    if (live.type !== 'tool' || (live.text && live.tool !== 'todowrite')) say(activityOf(live))
  }

  return {
    message: (info) => roles.set(info.id, info.role),
    part(raw) {
      const part = parsePart(raw)
      if (part) take(part)
    },
    delta(messageId, partId, field, text) {
      if (field !== 'text' || reported.has(partId) || roles.get(messageId) !== 'assistant') return
      const known = growing.get(partId)
      if (known) {
        growing.set(partId, { ...known, text: known.text + text })
        turn.delta(partId, text)
        return
      }
      // Its beginning was missed.
      const part: LivePart = { partId, messageId, type: 'text', text: `… ${text}`, startedAt: clock.now() }
      growing.set(partId, part)
      turn.live(part)
    },
    subagentPart(raw) {
      const part = parsePart(raw)
      if (!part || reported.has(part.id)) return
      trackTool(part)
      if (part.type === 'step-finish') finish(part)
      else if (part.type === 'tool' && part.state.status === 'running') say(`subagent: ${activityOf(growingPart(part, clock.now())!)}`)
    },
    removed(partId) {
      runningTools.delete(partId)
      if (growing.delete(partId)) turn.dropLive([partId])
    },
    todos(todos) {
      const list = todos.map(({ content, status }) => ({ content, status }))
      const text = JSON.stringify(list)
      if (text === lastTodos) return
      lastTodos = text
      turn.emit({ kind: 'todos', data: { todos: list } })
      progress = Math.max(progress, todoProgress(list) ?? -1)
      const current = list.find(({ status }) => status === 'in_progress')
      turn.progress(progress, current?.content.slice(0, 300))
    },
    fileEdited: (file) => files.add(file),
    catchUp(messages) {
      for (const { info, parts } of messages) {
        roles.set(info.id, info.role)
        for (const part of parts) take(part)
      }
    },
    pass(messages) {
      for (const { info, parts } of messages) {
        roles.set(info.id, info.role)
        for (const part of parts) reported.add(part.id)
      }
    },
    gap() {
      for (const part of growing.values()) {
        if (part.type === 'tool' || !part.text) continue
        const holed = { ...part, text: `${part.text} … ` }
        growing.set(part.partId, holed)
        turn.live(holed)
      }
    },
    dropGrowing() {
      runningTools.clear()
      if (growing.size > 0) turn.dropLive([...growing.keys()])
      growing.clear()
    },
    flushFiles,
    say,
    retrying(attempt, message, nextAt) {
      const key = `${attempt} ${nextAt}`
      if (key === lastRetry) return
      lastRetry = key
      turn.emit({
        kind: 'provider.retry',
        level: 'warn',
        message: message.slice(0, 2_000),
        data: { attempt, message: message.slice(0, 2_000), nextAt },
      })
      say(`waiting for the provider: attempt ${attempt}, again in ${waitText(nextAt, clock.now())}`)
    },
    get toolRunning() {
      return runningTools.size > 0
    },
  }
}
