import type { Clock } from '../platform/index.ts'
import { residentBytes } from './memory.ts'
import type { Connection } from './server-process.ts'

const PROBE_EVERY_MS = 10_000
/** A busy server has been seen to take a minute for an answer, so one slow probe says nothing. */
const PROBE_LIMIT_MS = 30_000
/** A server that gave no sign of life for this long, after a probe failed, is dead though its process may live. */
const DEAD_AFTER_MS = 60_000

/**
 * Asks a server from time to time whether it is there, until it ends.
 *
 * Any sign of life counts, an event as much as an answer. Each time `onMemory` hears how much memory the process holds, where that can be known.
 *
 * @returns `sign`, to be called for each other sign of life
 */
export function watchHealth(
  connection: Connection,
  deps: { clock: Clock; onDead: (reason: string) => void; onMemory?: (bytes: number) => void },
): { sign: () => void } {
  const { clock } = deps
  let lastSign = clock.now()

  const probe = async (): Promise<void> => {
    const answered = await fetch(`${connection.baseUrl}/global/health`, {
      headers: { authorization: connection.authorization },
      signal: AbortSignal.any([connection.ended, AbortSignal.timeout(PROBE_LIMIT_MS)]),
    }).then(
      async (response) => {
        await response.arrayBuffer()
        return response.ok
      },
      () => false,
    )
    if (connection.ended.aborted) return
    if (answered) lastSign = clock.now()
    const silentMs = clock.now() - lastSign
    if (!answered && silentMs >= DEAD_AFTER_MS)
      return deps.onDead(`the OpenCode server has not answered for ${Math.round(silentMs / 1000)} s`)
    const bytes = deps.onMemory ? await residentBytes(connection.pid).catch(() => null) : null
    if (connection.ended.aborted) return
    schedule()
    if (bytes !== null) deps.onMemory?.(bytes)
  }
  const schedule = (): void => {
    const cancel = clock.after(PROBE_EVERY_MS, () => {
      connection.ended.removeEventListener('abort', cancel)
      void probe()
    })
    connection.ended.addEventListener('abort', cancel, { once: true })
  }
  schedule()
  return {
    sign: () => {
      lastSign = clock.now()
    },
  }
}
