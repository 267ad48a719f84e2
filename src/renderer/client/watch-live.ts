import { ORPCError } from '@orpc/client'
import type { LiveMessage, Revision } from '../../shared/models/index.ts'
import type { AppClient } from './app-client.ts'
import { createBackoff } from './backoff.ts'

const follows = (since: Revision | undefined, next: Revision): boolean => since?.instanceId === next.instanceId && next.n === since.n + 1

/** A refusal (4xx) stays one however often it is tried; anything else may pass. */
export const isFinal = (error: unknown): boolean => error instanceof ORPCError && error.status < 500

/**
 * Mirrors the core: a snapshot first, then every change in order, for as long as `signal` lives.
 *
 * After a cut it goes on from the last revision seen. When a revision is missing, or the core is another instance, a snapshot comes again, which
 * replaces everything. `onMessage` must not throw.
 *
 * @returns when `signal` aborts. @throws ORPCError when the host refuses the watch for good
 */
export async function watchLive(
  client: Pick<AppClient, 'host'>,
  onMessage: (message: LiveMessage) => void,
  signal: AbortSignal,
  backoff = createBackoff(),
): Promise<void> {
  let since: Revision | undefined
  while (!signal.aborted) {
    try {
      for await (const message of await client.host.watch({ since }, { signal })) {
        if (signal.aborted) return
        if (message.type === 'changes' && !follows(since, message.revision)) {
          since = undefined
          break
        }
        since = message.revision
        backoff.reset()
        onMessage(message)
      }
    } catch (error) {
      if (!signal.aborted && isFinal(error)) throw error
    }
    if (!signal.aborted) await backoff.wait(signal)
  }
}
