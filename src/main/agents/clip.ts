import type { Json } from '../../shared/models/index.ts'

/** How much of one text of a tool is stored, in bytes of UTF-8. */
export const MAX_TEXT_BYTES = 64 * 1024
/** How much of that is taken from the start; the rest is the end, where results and errors are. */
const HEAD_SHARE = 0.6

/** Shortens a text to a number of bytes: its head, a line that says how much was cut, its tail. */
export function clipText(text: string, maxBytes = MAX_TEXT_BYTES): { text: string; cutBytes: number } {
  // A character takes at most three bytes for each UTF-16 unit: most texts need no counting.
  if (text.length * 3 <= maxBytes) return { text, cutBytes: 0 }
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= maxBytes) return { text, cutBytes: 0 }
  const room = maxBytes - 80
  const head = wholeCharacters(bytes, 0, Math.floor(room * HEAD_SHARE))
  const tail = wholeCharacters(bytes, bytes.length - (room - head.length), bytes.length)
  const cutBytes = bytes.length - head.length - tail.length
  return { text: `${head.toString('utf8')}\n[... ${cutBytes} bytes left out ...]\n${tail.toString('utf8')}`, cutBytes }
}

/** Takes bytes from `start` to `end` without cutting a character in two. */
function wholeCharacters(bytes: Buffer, start: number, end: number): Buffer {
  let from = start
  let to = end
  while (from < to && isContinuation(bytes[from])) from += 1
  while (to > from && isContinuation(bytes[to])) to -= 1
  return bytes.subarray(from, to)
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000

/** Copies a value as JSON with each text in it shortened, and the whole to about `maxBytes`. */
export function clipJson(value: unknown, maxBytes = MAX_TEXT_BYTES): Json {
  let room = maxBytes
  const copy = (from: unknown, depth: number): Json => {
    if (typeof from === 'string') {
      const { text } = clipText(from, Math.max(room, 200))
      room -= text.length
      return text
    }
    if (typeof from === 'number' || typeof from === 'boolean') return Number.isNaN(from) ? null : from
    if (typeof from !== 'object' || from === null || depth > 20) return null
    if (Array.isArray(from)) return from.slice(0, 1_000).map((item) => copy(item, depth + 1))
    const entries = Object.entries(from).filter(([, item]) => item !== undefined && typeof item !== 'function')
    return Object.fromEntries(entries.slice(0, 1_000).map(([key, item]) => [key, copy(item, depth + 1)]))
  }
  return copy(value, 0)
}
