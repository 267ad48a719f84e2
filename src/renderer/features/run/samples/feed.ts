import type { Json, RunEvent } from '../../../../shared/models/index.ts'
import type { Loadable } from '../data/loadable.ts'
import { createRunFeed, type FeedView } from '../feed/run-feed.ts'
import { NOW } from './run.ts'

/** A feed that has been read, with an optional growing text. */
export const feedOf = (
  events: readonly RunEvent[],
  live: { partId: string; type: 'text' | 'reasoning' | 'tool'; text: string; tool?: string; input?: Json }[] = [],
): FeedView => {
  const feed = createRunFeed(() => () => {})
  feed.receive({
    type: 'snapshot',
    events: [...events],
    parts: live.map((part) => ({ messageId: 'm', startedAt: NOW - 4_000, ...part })),
    more: false,
  })
  return feed.view()
}

export const emptyFeed = (): FeedView => createRunFeed(() => () => {}).view()

export const ready = <T>(value: T): Loadable<T> => ({ state: 'ready', value, error: null, code: null, at: NOW })
