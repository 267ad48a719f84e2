import { withEventMeta } from '@orpc/server'
import { AppError, type LiveMessage, type Revision } from '../../../shared/models/index.ts'
import type { CoreApi } from '../core-api.ts'
import type { Implementer } from '../implementer.ts'
import { openStream } from '../stream.ts'

/** `Last-Event-ID` of a watch over HTTP: `<instanceId>:<n>`. */
function parseRevision(eventId: string): Revision {
  const [, instanceId, n] = /^(.+):(\d{1,15})$/.exec(eventId) ?? []
  if (instanceId === undefined) throw new AppError('VALIDATION_FAILED', 'Last-Event-ID: send the id of an event of this stream.')
  return { instanceId, n: Number(n) }
}

async function* withIds(messages: AsyncIterable<LiveMessage>): AsyncGenerator<LiveMessage, void, void> {
  for await (const message of messages) {
    yield withEventMeta(message, { id: `${message.revision.instanceId}:${message.revision.n}` })
  }
}

/** Handlers of `host.*`. */
export function hostHandlers(os: Implementer['host'], core: CoreApi) {
  return {
    health: os.health.handler(() => core.host.health()),
    status: os.status.handler(() => core.host.status()),
    watch: os.watch.handler(({ input, lastEventId, signal }) => {
      const since = lastEventId === undefined ? input.since : parseRevision(lastEventId)
      return openStream(signal, (ended) => withIds(core.live.watch(since, ended)))
    }),
    settings: os.settings.handler(() => core.host.settings()),
    updateSettings: os.updateSettings.handler(({ input }) => core.host.updateSettings(input)),
    models: os.models.handler(() => core.host.models()),
    startDemo: os.startDemo.handler(({ input }) => core.host.startDemo(input.runs)),
  }
}
