import type { EventLevel, RunEvent } from '../../../../shared/models/index.ts'
import { stripAnsi } from '../../../format/ansi.ts'
import { textField } from './event-data.ts'

/** One line of the log. `text` may hold ANSI colours; `seq` is its event's. `first` marks the line that shows time and kind. */
export interface LogLine {
  readonly seq: number
  readonly at: number
  readonly level: EventLevel
  readonly kind: string
  readonly text: string
  readonly first: boolean
}

/** Splits output into lines. A carriage return inside a line starts it over, as on a terminal; one final line break adds no empty line. */
export const splitLines = (text: string): string[] => {
  const lines = text.split(/\r?\n/)
  if (lines.length > 1 && lines[lines.length - 1] === '') lines.pop()
  return lines.map((line) => {
    if (!line.includes('\r')) return line
    const parts = line.split('\r').filter((part) => part !== '')
    return parts[parts.length - 1] ?? ''
  })
}

const seconds = (ms: number): string => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`)

const toolText = (event: RunEvent): string => {
  const input = textField(event.data, 'input', 'command')
  const name = textField(event.data, 'tool') ?? 'tool'
  const subject = input ?? textField(event.data, 'title') ?? ''
  const started = event.data as { startedAt?: unknown; endedAt?: unknown } | null
  const took =
    typeof started?.startedAt === 'number' && typeof started.endedAt === 'number'
      ? ` (${seconds(started.endedAt - started.startedAt)})`
      : ''
  const failed = textField(event.data, 'error')
  // What a command printed is a log by nature; what `read` or `grep` gave back would bury it.
  const output = name === 'bash' ? textField(event.data, 'output') : undefined
  return [`${name} ${subject}`.trim() + took, ...(output ? [output] : []), ...(failed ? [failed] : [])].join('\n')
}

const listText = (data: unknown, key: 'files' | 'todos'): string => {
  const list = (data as Record<string, unknown> | null)?.[key]
  if (!Array.isArray(list)) return ''
  return list
    .map((entry: unknown) => {
      if (typeof entry === 'string') return entry
      const todo = entry as { content?: unknown; status?: unknown }
      return `[${todo.status === 'completed' ? 'x' : todo.status === 'in_progress' ? '>' : ' '}] ${String(todo.content ?? '')}`
    })
    .join(key === 'files' ? ', ' : '\n')
}

/** What the log shows of an event: its message, or for the kinds that carry their words in `data`, those. */
export const eventText = (event: RunEvent): string => {
  switch (event.kind) {
    case 'prompt':
    case 'text':
    case 'reasoning':
      return textField(event.data, 'text') ?? event.message
    case 'tool':
      return toolText(event)
    case 'permission.replied':
      return [textField(event.data, 'reply') ?? event.message, textField(event.data, 'message')].filter(Boolean).join(': ')
    case 'files':
      return listText(event.data, 'files') || event.message
    case 'todos':
      return listText(event.data, 'todos') || event.message
    case 'usage': {
      const data = event.data as { cost?: unknown; tokens?: Record<string, unknown> } | null
      const tokens = Object.values(data?.tokens ?? {}).reduce<number>((sum, n) => sum + (typeof n === 'number' ? n : 0), 0)
      const cost = typeof data?.cost === 'number' ? data.cost : 0
      return event.message || `${tokens} tokens, $${cost.toFixed(4)}`
    }
    default: {
      if (event.message !== '') return event.message
      return textField(event.data, 'message') ?? (event.data === null ? '' : JSON.stringify(event.data))
    }
  }
}

/** All lines of one event, at least one. */
export const eventLines = (event: RunEvent): LogLine[] =>
  splitLines(eventText(event)).map((text, index) => ({
    seq: event.seq,
    at: event.at,
    level: event.level,
    kind: event.kind,
    text,
    first: index === 0,
  }))

/** One line as plain text, the way it is copied and downloaded: time, level, kind, text without colours. */
export const formatLogLine = (line: LogLine): string =>
  `${new Date(line.at).toISOString()} ${line.level.padEnd(5)} ${line.kind.padEnd(10)} ${stripAnsi(line.text)}`
