import type { Clock, Logger } from '../platform/index.ts'
import type { Clients } from './clients.ts'
import { parseGlobalEvent, type ServerEvent } from './protocol.ts'
import type { Connection } from './server-process.ts'

/** The server sends a heartbeat every 10 s. A stream silent for this many milliseconds is cut and opened again. */
const SILENCE_MS = 30_000
const FIRST_PAUSE_MS = 100
const LAST_PAUSE_MS = 5_000

/**
 * Follows all events of a server until it ends, over one subscription for all directories.
 *
 * A cut stream is opened again for as long as the server lives. Nothing is replayed, so whoever listens must look for itself at what it missed:
 * `onReconnected` tells when, and events that come after it are whole again. Listeners must not throw.
 *
 * @returns resolves once the first subscription stands (or the server has ended)
 */
export function followEvents(
  connection: Connection,
  clients: Clients,
  deps: {
    clock: Clock
    logger: Logger
    onEvent: (event: ServerEvent) => void
    /** Called for every sign of life, heartbeats included. */
    onSign: () => void
    onReconnected: () => void
  },
): Promise<void> {
  const { clock, logger } = deps
  const { promise: connected, resolve } = Promise.withResolvers<void>()
  connection.ended.addEventListener('abort', () => resolve(), { once: true })
  const unknown = new Set<string>()
  let subscriptions = 0

  const take = (raw: unknown): void => {
    deps.onSign()
    const parsed = parseGlobalEvent(raw)
    if (parsed.kind === 'unknown' && !unknown.has(parsed.name)) {
      unknown.add(parsed.name)
      logger.warn({ event: parsed.name }, 'OpenCode sent an event that this app does not know.')
    }
    if (parsed.kind !== 'event') return
    if (parsed.event.type === 'server.connected') {
      subscriptions += 1
      resolve()
      if (subscriptions > 1) deps.onReconnected()
    } else deps.onEvent(parsed.event)
  }

  /** One subscription, until it ends, fails or falls silent. @returns whether it ever stood */
  const subscribe = async (): Promise<boolean> => {
    const cut = new AbortController()
    // Armed before the stream is opened: it can also stall before its first byte.
    let cancelSilence = clock.after(SILENCE_MS, () => cut.abort())
    const before = subscriptions
    try {
      const { stream } = await clients.for('').global.event({
        signal: AbortSignal.any([connection.ended, cut.signal]),
        // The SDK would try again for ever, also after a 401, and wait in a way that no signal ends. This loop does it instead.
        sseMaxRetryAttempts: 1,
        onSseError: (error: unknown) => logger.debug({ error: String(error) }, 'The event stream of OpenCode broke.'),
      })
      for await (const raw of stream) {
        cancelSilence()
        cancelSilence = clock.after(SILENCE_MS, () => cut.abort())
        take(raw)
      }
    } catch (error) {
      logger.debug({ error: String(error) }, 'The event stream of OpenCode broke.')
    } finally {
      cancelSilence()
      cut.abort()
    }
    return subscriptions > before
  }

  const follow = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS
    while (!connection.ended.aborted) {
      const stood = await subscribe()
      if (connection.ended.aborted) return
      pauseMs = stood ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LAST_PAUSE_MS)
      if (stood) logger.warn('The event stream of OpenCode was cut and is opened again.')
      await new Promise<void>((resume) => {
        const cancel = clock.after(pauseMs, resume)
        connection.ended.addEventListener(
          'abort',
          () => {
            cancel()
            resume()
          },
          { once: true },
        )
      })
    }
  }
  void follow()
  return connected
}
