import type { FeedMessage } from '../../shared/models/index.ts'
import type { AppClient } from './app-client.ts'
import { createBackoff } from './backoff.ts'
import { isFinal } from './watch-live.ts'

/**
 * Follows a run: its stored events from `afterSeq` on, each exactly once and in order, and the text that is still growing.
 *
 * After a cut it goes on behind the last event seen; the snapshot that then comes again has only newer events, and its parts replace all growing
 * parts known before. `onMessage` must not throw.
 *
 * @returns when `signal` aborts. @throws ORPCError when the run is not there or may not be seen
 */
export async function followRun(
  client: Pick<AppClient, 'runs'>,
  run: { readonly id: string; readonly afterSeq?: number },
  onMessage: (message: FeedMessage) => void,
  signal: AbortSignal,
  backoff = createBackoff(),
): Promise<void> {
  let seen = run.afterSeq ?? 0
  while (!signal.aborted) {
    try {
      for await (const message of await client.runs.follow({ id: run.id, afterSeq: seen }, { signal })) {
        if (signal.aborted) return
        const fresh = onlyNew(message, seen)
        if (fresh === 'gap') break
        if (fresh === null) continue
        if (fresh.type === 'snapshot' || fresh.type === 'events') seen = fresh.events.at(-1)?.seq ?? seen
        backoff.reset()
        onMessage(fresh)
      }
    } catch (error) {
      if (!signal.aborted && isFinal(error)) throw error
    }
    if (!signal.aborted) await backoff.wait(signal)
  }
}

/** The message without the events already seen; null when nothing is left of it, `gap` when an event before it is missing. */
function onlyNew(message: FeedMessage, seen: number): FeedMessage | 'gap' | null {
  if (message.type !== 'snapshot' && message.type !== 'events') return message
  const events = message.events.filter((event) => event.seq > seen)
  if (events[0] !== undefined && events[0].seq !== seen + 1) return 'gap'
  return events.length === 0 && message.type === 'events' ? null : { ...message, events }
}
