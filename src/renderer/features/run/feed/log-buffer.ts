import type { EventLevel, RunEvent } from '../../../../shared/models/index.ts'
import { eventLines, type LogLine } from './log-lines.ts'

/** Lines held at most. Beyond it the oldest tenth is let go; the download reads them from the store again. */
export const MAX_LOG_LINES = 200_000

/**
 * The lines of a run's log, oldest first.
 *
 * One mutable list, because a copy of 100,000 lines for each frame would cost more than the frame: readers take `version` as what changed.
 * `dropped` counts the lines let go at the front; the line at index i is line `dropped + i` of the run.
 */
export interface LogBuffer {
  readonly lines: readonly LogLine[]
  readonly dropped: number
  readonly version: number
  append(events: readonly RunEvent[]): void
}

export const createLogBuffer = (maxLines: number = MAX_LOG_LINES): LogBuffer => {
  const lines: LogLine[] = []
  const state = { dropped: 0, version: 0 }
  return {
    lines,
    get dropped() {
      return state.dropped
    },
    get version() {
      return state.version
    },
    append(events) {
      if (events.length === 0) return
      for (const event of events) for (const line of eventLines(event)) lines.push(line)
      if (lines.length > maxLines) {
        const excess = Math.max(lines.length - maxLines, Math.floor(maxLines / 10))
        lines.splice(0, excess)
        state.dropped += excess
      }
      state.version += 1
    },
  }
}

const RANK: Record<EventLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

export interface LogFilter {
  /** Lines below this level are left out. */
  readonly level: EventLevel
  /** Looked for in text and kind, whatever the case; empty takes every line. */
  readonly text: string
}

const matches = (line: LogLine, filter: LogFilter, needle: string): boolean =>
  RANK[line.level] >= RANK[filter.level] && (needle === '' || line.kind.includes(needle) || line.text.toLowerCase().includes(needle))

/** Which lines pass a filter: their numbers in the run, counted like `dropped + index`, ascending. */
export interface FilteredLog {
  readonly filter: LogFilter
  readonly numbers: number[]
  /** The number of the first line that was not looked at yet. */
  readonly next: number
}

/**
 * Brings a filtered view up to date, looking only at lines that are new since `previous`.
 *
 * With another filter it starts over. Numbers of lines that were let go are taken out.
 */
export const filterLog = (buffer: LogBuffer, filter: LogFilter, previous?: FilteredLog): FilteredLog => {
  const same = previous !== undefined && previous.filter.level === filter.level && previous.filter.text === filter.text
  const needle = filter.text.trim().toLowerCase()
  const end = buffer.dropped + buffer.lines.length
  if (same && previous.next === end && (previous.numbers[0] ?? end) >= buffer.dropped) return previous
  const kept = same ? previous.numbers.filter((number) => number >= buffer.dropped) : []
  for (let number = Math.max(same ? previous.next : 0, buffer.dropped); number < end; number++) {
    if (matches(buffer.lines[number - buffer.dropped]!, filter, needle)) kept.push(number)
  }
  return { filter, numbers: kept, next: end }
}

/** Whether a filter lets every line through, so that no list of numbers is needed. */
export const isOpenFilter = (filter: LogFilter): boolean => filter.level === 'debug' && filter.text.trim() === ''
