import { withEventMeta } from '@orpc/server'
import { AppError, type FeedMessage } from '../../../shared/models/index.ts'
import type { CoreApi } from '../core-api.ts'
import type { Implementer } from '../implementer.ts'
import { openStream } from '../stream.ts'

/** `Last-Event-ID` of a feed over HTTP: the last `seq` seen. It wins over `afterSeq`, which a browser repeats when it connects again. */
function parseSeq(eventId: string): number {
  if (!/^\d{1,15}$/.test(eventId)) throw new AppError('VALIDATION_FAILED', 'Last-Event-ID: send the id of an event of this stream.')
  return Number(eventId)
}

/** Gives each message that carries stored events the last `seq` as its id. Messages that are live only have none: they are not resumed. */
async function* withIds(messages: AsyncIterable<FeedMessage>): AsyncGenerator<FeedMessage, void, void> {
  for await (const message of messages) {
    const last = message.type === 'snapshot' || message.type === 'events' ? message.events.at(-1) : undefined
    yield last === undefined ? message : withEventMeta(message, { id: String(last.seq) })
  }
}

/** Handlers of `runs.*`. */
export function runsHandlers(os: Implementer['runs'], core: CoreApi) {
  return {
    create: os.create.handler(({ input }) => core.runs.create(input)),
    list: os.list.handler(({ input }) => core.runs.list(input)),
    get: os.get.handler(({ input }) => core.runs.get(input.id)),
    attempts: os.attempts.handler(async ({ input }) => ({ attempts: await core.runs.attempts(input.id) })),
    events: os.events.handler(async ({ input }) => ({ events: await core.runs.events(input.id, input.afterSeq, input.limit) })),
    follow: os.follow.handler(async ({ input, lastEventId, signal }) => {
      const afterSeq = lastEventId === undefined ? input.afterSeq : parseSeq(lastEventId)
      // Asked for before the stream begins, so that an unknown run is a plain 404.
      await core.runs.get(input.id)
      return openStream(signal, (ended) => withIds(core.runs.follow(input.id, afterSeq, ended)))
    }),
    diff: os.diff.handler(({ input }) => core.runs.diff(input.id)),
    cancel: os.cancel.handler(({ input }) => core.runs.cancel(input.runId, input.reason)),
    retry: os.retry.handler(({ input }) => core.runs.retry(input.runId, input.reason)),
    wait: os.wait.handler(({ input }) => core.runs.wait(input.runId, input.ms)),
    dismiss: os.dismiss.handler(({ input }) => core.runs.dismiss(input.runId)),
    move: os.move.handler(({ input: { runId, ...to } }) => core.runs.move(runId, to)),
    claim: os.claim.handler(async ({ input }) => ({ runs: await core.runs.claim(input) })),
    heartbeat: os.heartbeat.handler(({ input }) => core.runs.heartbeat(input)),
    complete: os.complete.handler(({ input }) => core.runs.complete(input)),
    release: os.release.handler(({ input }) => core.runs.release(input)),
  }
}

/** Handlers of `events.*`. */
export function eventsHandlers(os: Implementer['events'], core: CoreApi) {
  return { append: os.append.handler(({ input: { events, ...lease } }) => core.runs.appendEvents(lease, events)) }
}

/** Handlers of `lanes.*`. */
export function lanesHandlers(os: Implementer['lanes'], core: CoreApi) {
  return {
    list: os.list.handler(async () => ({ lanes: await core.lanes.list() })),
    update: os.update.handler(({ input: { lane, ...patch } }) => core.lanes.update(lane, patch)),
  }
}
