import type { Run, RunEvent } from '../../shared/models/index.ts'

/** Kinds that tell a person at a terminal little. */
const QUIET: ReadonlySet<string> = new Set(['prompt', 'reasoning', 'usage', 'todos', 'files'])
/** Kinds whose words are the output itself. */
const OUTPUT: ReadonlySet<string> = new Set(['text', 'log'])

/** An event as lines for a terminal; null when it is better left out. */
export function formatEvent(event: RunEvent): string | null {
  if (QUIET.has(event.kind) || event.level === 'debug') return null
  const text = event.message || textOf(event.data)
  if (text === '') return null
  return OUTPUT.has(event.kind) ? text.trimEnd() : `· ${text.trimEnd()}`
}

function textOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return ''
  const { text, tool, title } = data as Record<string, unknown>
  if (typeof text === 'string') return text
  return [tool, title].filter((part) => typeof part === 'string' && part !== '').join(': ')
}

/** One line on how a run ended. */
export function formatEnding(run: Run): string {
  const seconds = run.startedAt !== null && run.endedAt !== null ? ` after ${Math.round((run.endedAt - run.startedAt) / 1000)} s` : ''
  const why = run.error === null ? '' : `: ${run.error.message}`
  return `run ${run.id} ${run.status}${seconds}${why}`
}
