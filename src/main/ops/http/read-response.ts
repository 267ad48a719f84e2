/** The body of a response as far as it was read. `text` is null when it is no text. */
export interface ReadBody {
  readonly text: string | null
  readonly sizeBytes: number
  readonly truncated: boolean
}

/**
 * Reads a body up to a limit and drops the rest of it unread.
 *
 * @throws what the stream says when the line is cut
 */
export async function readBody(response: Response, maxBytes: number): Promise<ReadBody> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  let truncated = false
  for await (const chunk of response.body ?? []) {
    const kept = chunk.subarray(0, maxBytes - sizeBytes)
    chunks.push(kept)
    sizeBytes += kept.length
    if (kept.length < chunk.length) {
      truncated = true
      break
    }
  }
  const text = decodeText(Buffer.concat(chunks), response.headers.get('content-type'))
  return { text, sizeBytes, truncated }
}

/** Text in the encoding that the type names, UTF-8 otherwise; null for anything that cannot be it. A character cut off at the end is dropped. */
export function decodeText(bytes: Uint8Array, contentType: string | null): string | null {
  if (bytes.includes(0)) return null
  const label = /charset="?([^\s";]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return null
  }
}

/**
 * Reads `Retry-After`: seconds, or a date.
 *
 * @param now  UTC epoch milliseconds
 * @returns milliseconds from now, never below 0; undefined when there is none that can be read
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  const text = value.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

/** Header names and values for a record; what a server sets to recognise us is left out. */
export const plainHeaders = (headers: Headers): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => name !== 'set-cookie'))
