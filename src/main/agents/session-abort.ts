import type { Clock } from '../platform/index.ts'
import type { DirectoryLink } from './link.ts'

/** How long an aborted session may take to fall idle. */
export const ABORT_LIMIT_MS = 4_000
const POLL_MS = 50

/** Aborts a session and waits until it is idle, but not for ever. Rejects as the calls do. */
export async function abortSession(link: DirectoryLink, sessionId: string, clock: Clock): Promise<void> {
  const limit = clock.now() + ABORT_LIMIT_MS
  await Promise.race([link.abort(sessionId), pause(clock, ABORT_LIMIT_MS)])
  while (clock.now() < limit && (await link.status(sessionId)).type !== 'idle') await pause(clock, POLL_MS)
}

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve)
  })
