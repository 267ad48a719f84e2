import type { Json, LivePart, RunEvent } from '../../../../shared/models/index.ts'
import type { ConversationItem, TextItem, ToolItem } from './conversation-items.ts'
import { listField, numberField, objectOf, readable, textField } from './event-data.ts'
import { splitLines } from './log-lines.ts'

/** Characters of one tool's output that a conversation holds. The rest is read from the store when a person asks for it. */
export const MAX_OUTPUT_CHARS = 40_000
/** Lines of a command's output that a conversation shows. All of them are in the log. */
export const OUTPUT_TAIL = 14

/** The id by which a stored event ends a growing part; undefined for events that are no part. */
export const partIdOf = (event: RunEvent): string | undefined => textField(event.data, 'partId')

const toolItem = (event: RunEvent, key: string): ToolItem => {
  const data = objectOf(event.data)
  const output = readable(data.output)
  const startedAt = numberField(data, 'startedAt') ?? event.at
  return {
    type: 'tool',
    key,
    seq: event.seq,
    at: event.at,
    tool: textField(data, 'tool') ?? 'tool',
    status: data.status === 'error' || event.level === 'error' ? 'error' : 'completed',
    title: textField(data, 'title') ?? event.message,
    input: (data.input as Json | undefined) ?? null,
    output: output.length > MAX_OUTPUT_CHARS ? output.slice(0, MAX_OUTPUT_CHARS) : output,
    outputCut: Math.max(0, output.length - MAX_OUTPUT_CHARS),
    outputLost: numberField(data, 'outputCutBytes') ?? 0,
    error: textField(data, 'error') ?? (data.status === 'error' && event.message !== '' ? event.message : null),
    startedAt,
    endedAt: numberField(data, 'endedAt') ?? event.at,
    metadata: (data.metadata as Json | undefined) ?? null,
  }
}

/**
 * Notes that stand elsewhere on the page: the start of an attempt and the going on of a run have rows of their own, worktree and session are in its
 * head. The log has them all.
 */
const isToldElsewhere = (event: RunEvent): boolean =>
  (event.kind === 'attempt' && textField(event.data, 'status') === 'running') ||
  objectOf(event.data).resumed === true ||
  (event.level === 'info' && (event.kind === 'session' || (event.kind === 'worktree' && 'baseCommit' in objectOf(event.data))))

/**
 * The row that one stored event makes by itself, or null for an event that only changes other rows or totals
 * (`todos`, `usage`, answers) or is too small to be told (debug).
 */
export const eventItem = (event: RunEvent): ConversationItem | null => {
  const base = { key: partIdOf(event) ?? `e${event.seq}`, seq: event.seq, at: event.at }
  const text = textField(event.data, 'text') ?? event.message
  switch (event.kind) {
    case 'prompt':
      return { ...base, key: `e${event.seq}`, type: 'prompt', text }
    case 'text':
      return text.trim() === '' ? null : { ...base, type: 'text', text, live: false }
    case 'reasoning': {
      const startedAt = numberField(event.data, 'startedAt')
      const tookMs = startedAt === undefined ? null : (numberField(event.data, 'endedAt') ?? event.at) - startedAt
      return text.trim() === '' ? null : { ...base, type: 'reasoning', text, live: false, tookMs }
    }
    case 'tool':
      return toolItem(event, base.key)
    case 'files': {
      const files = listField(event.data, 'files').filter((file) => typeof file === 'string')
      return files.length === 0 ? null : { ...base, type: 'files', files }
    }
    case 'permission':
    case 'question':
      return {
        ...base,
        type: event.kind,
        requestId: textField(event.data, 'requestId') ?? `e${event.seq}`,
        title: event.message || (textField(event.data, 'title') ?? ''),
        data: event.data,
        answer: null,
        text: null,
      }
    case 'provider.retry':
      return {
        ...base,
        type: 'retry',
        attempt: numberField(event.data, 'attempt') ?? 1,
        message: textField(event.data, 'message') ?? event.message,
        nextAt: numberField(event.data, 'nextAt') ?? null,
        over: false,
      }
    case 'log': {
      const lines = splitLines(event.message)
      return { ...base, type: 'output', step: event.step, lines: lines.slice(-OUTPUT_TAIL), total: lines.length }
    }
    case 'todos':
    case 'usage':
    case 'permission.replied':
    case 'question.replied':
      return null
    default:
      if (event.level === 'debug' || event.message === '' || isToldElsewhere(event)) return null
      return {
        ...base,
        type: 'note',
        kind: event.kind,
        level: event.level,
        text: event.message,
        status: textField(event.data, 'status') ?? '',
      }
  }
}

/** The row of a part that is still growing. */
export const liveItem = (part: LivePart): ConversationItem => {
  const base = { key: part.partId, seq: 0, at: part.startedAt }
  if (part.type === 'tool') {
    return {
      ...base,
      type: 'tool',
      tool: part.tool ?? 'tool',
      status: 'running',
      title: part.text,
      input: part.input ?? null,
      output: '',
      outputCut: 0,
      outputLost: 0,
      error: null,
      startedAt: part.startedAt,
      endedAt: null,
      metadata: null,
    }
  }
  if (part.type === 'reasoning') return { ...base, type: 'reasoning', text: part.text, live: true, tookMs: null }
  return { ...base, type: 'text', text: part.text, live: true } satisfies TextItem
}
