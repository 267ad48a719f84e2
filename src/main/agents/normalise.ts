import { isAbsolute, relative } from 'node:path'
import type { Json, LivePart, NewEvent } from '../../shared/models/index.ts'
import { clipJson, clipText } from './clip.ts'
import type { AgentPart, StepFinishPart, TextPart, ToolPart } from './protocol.ts'

/**
 * Makes the stored event of a finished part, or null while it is growing and for parts that are not shown.
 *
 * The caller knows that the part is the agent's: what a person said is an event of its own.
 */
export function finishedEvent(part: AgentPart): NewEvent | null {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return textEvent(part)
    case 'tool':
      return toolEvent(part)
    case 'step-finish':
      return usageEvent(part)
    case 'patch':
      return null
  }
}

function textEvent(part: TextPart): NewEvent | null {
  if (part.time?.end === undefined || !part.text.trim() || part.synthetic || part.ignored) return null
  const { text } = clipText(part.text)
  return { kind: part.type, data: { messageId: part.messageID, partId: part.id, text } }
}

function toolEvent(part: ToolPart): NewEvent | null {
  const { state } = part
  if (state.status !== 'completed' && state.status !== 'error') return null
  const failed = state.status === 'error'
  // What a command wrote before it was stopped is only in the metadata.
  const written = failed ? state.metadata?.output : state.output
  const output = clipText(typeof written === 'string' ? written : '')
  const title = toolTitle(part.tool, state.input) || (failed ? '' : state.title)
  return {
    kind: 'tool',
    level: failed ? 'warn' : 'info',
    message: `${part.tool} ${title}`.trim().slice(0, 500),
    data: {
      messageId: part.messageID,
      partId: part.id,
      tool: part.tool,
      status: state.status,
      title,
      input: clipJson(state.input),
      output: output.text,
      ...(output.cutBytes ? { outputCutBytes: output.cutBytes } : {}),
      ...(failed ? { error: clipText(state.error).text } : {}),
      startedAt: state.time.start,
      endedAt: state.time.end ?? state.time.start,
    },
  }
}

function usageEvent(part: StepFinishPart): NewEvent {
  const { input, output, reasoning, cache } = part.tokens
  return {
    kind: 'usage',
    level: 'debug',
    data: {
      messageId: part.messageID,
      partId: part.id,
      cost: part.cost,
      tokens: { input, output, reasoning, cacheRead: cache.read, cacheWrite: cache.write },
    },
  }
}

/** Makes what is shown of a part while it grows; null once it has ended, and for parts that are not shown. */
export function growingPart(part: AgentPart, now: number): LivePart | null {
  if (part.type === 'text' || part.type === 'reasoning') {
    if (part.time?.end !== undefined || part.synthetic || part.ignored) return null
    return { partId: part.id, messageId: part.messageID, type: part.type, text: part.text, startedAt: part.time?.start ?? now }
  }
  if (part.type !== 'tool' || (part.state.status !== 'pending' && part.state.status !== 'running')) return null
  const { state } = part
  return {
    partId: part.id,
    messageId: part.messageID,
    type: 'tool',
    text: toolTitle(part.tool, state.input),
    tool: part.tool,
    input: clipJson(state.input),
    startedAt: state.status === 'running' ? state.time.start : now,
  }
}

/** Names of inputs that say best what a call is about, in order. */
const TELLING = ['command', 'filePath', 'path', 'pattern', 'url', 'query', 'description', 'name', 'subagent_type', 'prompt']

/** One line that says what a tool call is about: the command, the file, the pattern. Empty when its input says nothing. */
export function toolTitle(tool: string, input: Readonly<Record<string, unknown>>): string {
  if (tool === 'task' && typeof input.description === 'string') return oneLine(input.description)
  for (const name of TELLING) {
    const value = input[name]
    if (typeof value === 'string' && value.trim()) return oneLine(value)
  }
  return ''
}

const oneLine = (text: string): string => text.trim().split('\n', 1)[0]!.slice(0, 200)

/** One line that says what the agent does now. */
export function activityOf(part: LivePart): string {
  if (part.type === 'text') return 'writing'
  if (part.type === 'reasoning') return 'thinking'
  return `${part.tool} ${part.text}`.trim()
}

/** Names files relative to the worktree, without those outside it and without repetition. */
export function filesInside(directory: string, files: Iterable<string>): string[] {
  const inside = new Set<string>()
  for (const file of files) {
    const path = isAbsolute(file) ? relative(directory, file) : file
    if (path && !path.startsWith('..') && !isAbsolute(path)) inside.add(path)
  }
  return [...inside]
}

/** Share of a todo list that is done, at most 0.99: only the run's end is 1. Null for an empty list. Abandoned items do not count. */
export function todoProgress(todos: readonly { readonly status: string }[]): number | null {
  const counted = todos.filter(({ status }) => status !== 'cancelled')
  if (counted.length === 0) return null
  return Math.min(0.99, counted.filter(({ status }) => status === 'completed').length / counted.length)
}

/** Says how long something takes from `now` until `at`, rounded up. */
export function waitText(at: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((at - now) / 1000))
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}

/** Takes a value as JSON: what JSON cannot hold is left out. */
export const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json
