import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { RunError } from '../../../shared/models/index.ts'
import type { Clock } from '../../platform/index.ts'
import { parseRetryAfter } from '../http/read-response.ts'
import { shortUrl, unreachable } from '../http.ts'
import { type Line, LineError } from './line.ts'
import type { RemoteServer } from './params.ts'

/** How long after the end of a stream its last message may take to be read, in milliseconds. */
const LAST_MESSAGE_MS = 1_000
/** How long a server may take to forget the session. */
const GOODBYE_MS = 1_000

/** A request whose answer is waited for. */
interface Pending {
  /** The server has said how to go on after a cut: the SDK does so, a few times. */
  resumable: boolean
  /** The stream of its answer is over. */
  ended: boolean
  lose(): void
}

/**
 * Opens a line over streamable HTTP. Every request carries the attempt's id as `Idempotency-Key`.
 *
 * The SDK waits for ever when a server ends the stream of an answer before the answer; `guard` does not.
 */
export function openRemoteLine(server: RemoteServer, attemptId: string, clock: Clock): Line {
  const name = `The MCP server ${shortUrl(server.url)}`
  const cut: RunError = { code: 'MCP_CONNECTION_LOST', message: `${name} ended its answer before it was whole.`, retryable: true }
  let current: Pending | null = null
  let retryAfterMs: number | undefined

  const headers = new Headers(server.headers)
  if (!headers.has('idempotency-key')) headers.set('idempotency-key', attemptId)
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers: Object.fromEntries(headers) },
    async fetch(url, init) {
      const response = await fetch(url, init)
      if (!response.ok) retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), clock.now())
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
      if (init?.method !== 'POST' || !isStream || !response.body || !current) return response
      const { status, statusText } = response
      return new Response(ReadableStream.from(watch(response.body, current)), { status, statusText, headers: response.headers })
    },
  })
  // The client puts itself before it, and calls it still.
  transport.onerror = (error) => {
    if (current?.ended && /^Maximum reconnection attempts/.test(error.message)) current.lose()
  }

  async function* watch(body: ReadableStream<Uint8Array>, pending: Pending): AsyncGenerator<Uint8Array> {
    try {
      yield* body
    } finally {
      pending.ended = true
      clock.after(LAST_MESSAGE_MS, () => pending.resumable || pending.lose())
    }
  }

  return {
    transport,
    async guard(request) {
      const { promise: lost, reject } = Promise.withResolvers<never>()
      const pending: Pending = { resumable: false, ended: false, lose: () => reject(new LineError(cut)) }
      current = pending
      const onResumable = (): void => {
        pending.resumable = true
      }
      return Promise.race([request(onResumable), lost]).finally(() => {
        current = null
      })
    },
    async explain(error) {
      if (error instanceof LineError) return error.reason
      if (error instanceof StreamableHTTPError) {
        const status = error.code ?? 0
        const retryable = status >= 500 || status === 429
        const said = error.message.replace(/^Streamable HTTP error: (Error POSTing to endpoint: )?/, '').slice(0, 500)
        const message = `${name} answered ${status > 0 ? `HTTP ${status}` : 'with something else than MCP'}: ${said}`
        return { code: 'MCP_HTTP_STATUS', message, retryable, ...(retryable && retryAfterMs !== undefined ? { retryAfterMs } : {}) }
      }
      return error instanceof TypeError ? { ...unreachable(`The call of ${shortUrl(server.url)}`, error), code: 'MCP_UNREACHABLE' } : null
    },
    async close(stopped) {
      if (!stopped) {
        const late = new Promise<void>((resolve) => clock.after(GOODBYE_MS, resolve))
        await Promise.race([transport.terminateSession().catch(() => {}), late])
      }
      await transport.close().catch(() => {})
    },
  }
}
