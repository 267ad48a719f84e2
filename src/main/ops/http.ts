import { z } from 'zod'
import { Json, type RunError } from '../../shared/models/index.ts'
import { defineOp, type OpContext, type OpDefinition, type StepEnding } from '../runs/index.ts'
import { stopped } from './endings.ts'
import { decodeText, parseRetryAfter, plainHeaders, type ReadBody, readBody } from './http/read-response.ts'

/** What of a body is kept in the step's result, in bytes. */
const RESULT_BYTES = 65_536
/** How much of a body goes into one event, in characters. */
const EVENT_CHARS = 65_536

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const WITHOUT_BODY: readonly string[] = ['GET', 'HEAD']
/** Asking again changes nothing. */
const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

const Status = z.number().int().min(100).max(599)

/** An address that can be asked: a name and password in it would end up in logs. */
export const HttpUrl = z
  .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
  .max(8_192)
  .refine(
    (url) => !URL.canParse(url) || (new URL(url).username === '' && new URL(url).password === ''),
    'put the name and password into a header',
  )

/** Header names and values as the protocol allows them. */
export const HttpHeaders = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name has letters, digits and hyphens'),
  z.string().regex(/^[\t\u0020-\u007e\u0080-\u00ff]*$/, 'a header value has one line and no letters beyond Latin-1'),
)

const Params = z
  .strictObject({
    method: z.enum(METHODS).default('GET'),
    url: HttpUrl,
    headers: HttpHeaders.default({}),
    /** Text is sent as it is, anything else as JSON. */
    body: Json.optional(),
    /** The status, or one of those, that counts as success; 200 to 299 when left out. */
    expectStatus: z.union([Status, z.array(Status).min(1).max(50)]).optional(),
    /** How much of the response's body is read. */
    maxBytes: z
      .number()
      .int()
      .min(0)
      .max(10 * 1024 * 1024)
      .default(RESULT_BYTES),
  })
  .refine(({ method, body }) => body === undefined || !WITHOUT_BODY.includes(method), {
    path: ['body'],
    message: 'GET and HEAD have no body: choose another method',
  })
type Params = z.infer<typeof Params>

/**
 * Makes one HTTP request.
 *
 * It carries the attempt's id as `Idempotency-Key`, by which the other side can tell a repeated request. The body is kept as `log` events, its first
 * 64 KB also in the result.
 */
export const createHttpOp = (): OpDefinition =>
  defineOp<Params>({
    name: 'http',
    title: 'HTTP request',
    params: Params,
    timeouts: { warningMs: 60_000, hardMs: 5 * 60_000, onTimeout: 'kill' },
    cancellable: true,
    idempotent: false,
    idempotentFor: ({ method }) => SAFE.includes(method),
    workspace: 'none',
    execute: request,
  })

async function request(context: OpContext<Params>): Promise<StepEnding> {
  const { params, signal } = context
  const { method, url } = params
  const startedAt = context.now()
  let response: Response
  let body: ReadBody
  try {
    response = await fetch(url, { method, headers: headersOf(context), body: bodyOf(params), signal })
    body = await readBody(response, params.maxBytes)
  } catch (error) {
    if (signal.aborted) return stopped(context)
    return { outcome: 'error', error: unreachable(`${method} ${shortUrl(url)}`, error) }
  }
  const answered = `${method} ${shortUrl(url)} answered ${response.status} ${response.statusText}`.trimEnd()
  report(context, `${answered}, ${context.now() - startedAt} ms, ${body.sizeBytes} bytes${body.truncated ? ' (cut off)' : ''}.`, body)

  const kept = body.text === null ? null : decodeText(Buffer.from(body.text).subarray(0, RESULT_BYTES), null)
  const result: Json = {
    status: response.status,
    statusText: response.statusText,
    url: response.url,
    headers: plainHeaders(response.headers),
    body: kept,
    sizeBytes: body.sizeBytes,
    truncated: body.truncated || (body.text !== null && kept !== body.text),
  }
  if (isExpected(response.status, params.expectStatus)) return { outcome: 'success', result, message: answered }
  return { outcome: 'error', error: unexpected(response, answered, context.now()), result }
}

function headersOf({ params, attemptId }: OpContext<Params>): Headers {
  const headers = new Headers(params.headers)
  if (!headers.has('idempotency-key')) headers.set('idempotency-key', attemptId)
  if (params.body !== undefined && !headers.has('content-type')) {
    headers.set('content-type', typeof params.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json')
  }
  return headers
}

const bodyOf = ({ body }: Params): string | undefined => (body === undefined || typeof body === 'string' ? body : JSON.stringify(body))

const isExpected = (status: number, expected: Params['expectStatus']): boolean =>
  expected === undefined ? status >= 200 && status < 300 : [expected].flat().includes(status)

/** A server that is in trouble or busy may answer better later; one that refuses will refuse again. */
function unexpected(response: Response, answered: string, now: number): RunError {
  const { status } = response
  const retryable = status >= 500 || status === 429
  const retryAfterMs = retryable ? parseRetryAfter(response.headers.get('retry-after'), now) : undefined
  return {
    code: 'HTTP_STATUS',
    message: `${answered}.`,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    data: { status },
  }
}

/** `fetch` says only that it failed; its cause says why. */
export function unreachable(what: string, error: unknown): RunError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const why = (cause instanceof Error && cause.message) || code || String(error)
  return { code: 'HTTP_UNREACHABLE', message: `${what} could not be done: ${why}.`, retryable: true, ...(code ? { data: { code } } : {}) }
}

/** Without the query, which may hold secrets. */
export function shortUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

function report(context: OpContext, headline: string, { text }: ReadBody): void {
  context.emit({ kind: 'log', message: headline })
  for (let at = 0; at < (text?.length ?? 0); at += EVENT_CHARS) context.emit({ kind: 'log', message: text!.slice(at, at + EVENT_CHARS) })
}
