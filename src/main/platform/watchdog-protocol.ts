import type { ProcessIdentity } from './process-table.ts'

/** One line from the host to its watchdog, as JSON. The end of the stream without `close` means that the host has died. */
export type WatchdogLine = { readonly add: ProcessIdentity } | { readonly remove: ProcessIdentity } | { readonly close: true }

/**
 * Reads a line; null when it is none, as the last one may be, cut short by the host's death.
 *
 * By hand: the schema library would double the memory of a process that is there all day for these three lines.
 */
export function parseWatchdogLine(text: string): WatchdogLine | null {
  const line = parseObject(text)
  if (line?.close === true) return { close: true }
  if (isIdentity(line?.add)) return { add: line.add }
  if (isIdentity(line?.remove)) return { remove: line.remove }
  return null
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null
  } catch {
    return null
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value)) return false
  return Number.isInteger(value.pid) && (typeof value.startTime === 'string' || value.startTime === null)
}
