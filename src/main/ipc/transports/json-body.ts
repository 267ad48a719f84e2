import type { IncomingMessage } from 'node:http'
import { AppError } from '../../../shared/models/index.ts'

/** How many times the limit is read and thrown away, so that a caller hears why instead of a broken line. */
const DISCARD_FACTOR = 8

/** No call needs deeper nesting than this, and whoever walks over a value recursively would run out of stack. */
const MAX_DEPTH = 200

/**
 * Reads the JSON body of a request; undefined when it has none.
 *
 * @throws AppError VALIDATION_FAILED when it is no JSON or is not declared as such, PAYLOAD_TOO_LARGE over `maxBytes`
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes)
  if (bytes.length === 0) return undefined
  // Also a guard: a form of another site can send anything but this type without asking first.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new AppError('VALIDATION_FAILED', 'Send the body as JSON, with the header "content-type: application/json".')
  }
  if (isDeeperThan(bytes, MAX_DEPTH)) throw new AppError('VALIDATION_FAILED', `The body is nested more than ${MAX_DEPTH} levels deep.`)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new AppError('VALIDATION_FAILED', 'The body is not valid JSON.', { cause })
  }
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new AppError('PAYLOAD_TOO_LARGE', `The body is larger than ${maxBytes} bytes; send less at once.`)
  if (Number(request.headers['content-length']) > maxBytes * DISCARD_FACTOR) throw tooLarge
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes * DISCARD_FACTOR) break
    if (size <= maxBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > maxBytes) throw tooLarge
  return Buffer.concat(chunks)
}

/** Whether JSON opens more lists and objects inside each other than `limit`. */
function isDeeperThan(json: Buffer, limit: number): boolean {
  let depth = 0
  let quoted = false
  for (let i = 0; i < json.length && depth <= limit; i += 1) {
    const byte = json[i]
    if (byte === BACKSLASH) i += 1
    else if (byte === QUOTE) quoted = !quoted
    else if (quoted) continue
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1
  }
  return depth > limit
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\[]{}')
