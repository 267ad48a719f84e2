import { setImmediate as settle } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createRunFeed } from '../../../src/main/runs/feed.ts'
import type { RunStore, StoreChange } from '../../../src/main/runs/store-port.ts'
import type { FeedMessage, LivePart, RunEvent } from '../../../src/shared/models/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const event = (seq: number, partId?: string): RunEvent => ({
  seq,
  at: seq,
  attemptId: 'a',
  step: 0,
  kind: 'text',
  level: 'info',
  message: '',
  data: partId ? { partId } : null,
})
const part = (partId: string, text = ''): LivePart => ({ partId, messageId: 'm', type: 'text', text, startedAt: 1 })

/** A feed over events kept in memory: as much of a store as a feed sees. */
function setUp() {
  const clock = createManualClock()
  const events: RunEvent[] = []
  const listeners = new Set<(change: StoreChange) => void>()
  const store = {
    events: async (_runId: string, afterSeq: number, limit: number) => events.filter(({ seq }) => seq > afterSeq).slice(0, limit),
    subscribe: (listener: (change: StoreChange) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  } as unknown as RunStore
  const append = (...added: RunEvent[]): void => {
    events.push(...added)
    for (const listener of listeners) listener({ runs: [], lanes: [], events: [{ runId: 'r', events: added }] })
  }
  const end = new AbortController()
  return { clock, feed: createRunFeed(store, clock), append, end }
}
const isDeeplyFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen))
const next = async (stream: AsyncGenerator<FeedMessage, void>): Promise<FeedMessage> => (await stream.next()).value as FeedMessage

describe('the feed of a run', () => {
  it('starts with what is stored after a number, in pages, the growing parts with the last one', async () => {
    const { feed, append, end } = setUp()
    append(...Array.from({ length: 1_500 }, (_, i) => event(i + 1)))
    feed.live('r', part('p1', 'so far'))
    const stream = feed.follow('r', 100, end.signal)
    const [one, two] = [await next(stream), await next(stream)]
    expect(
      [one, two].map(
        (message) => message.type === 'snapshot' && [message.events[0]?.seq, message.events.length, message.parts.length, message.more],
      ),
    ).toEqual([
      [101, 1_000, 0, true],
      [1_101, 400, 1, false],
    ])
  })

  it('goes on with events as they are stored, each once and in order', async () => {
    const { feed, append, end } = setUp()
    const stream = feed.follow('r', 0, end.signal)
    await next(stream)
    append(event(1), event(2))
    append(event(3))
    expect([await next(stream), await next(stream)]).toEqual([
      { type: 'events', events: [event(1), event(2)] },
      { type: 'events', events: [event(3)] },
    ])
  })

  it('folds text that grows into few messages, and loses none of it', async () => {
    const { feed, end, clock } = setUp()
    const stream = feed.follow('r', 0, end.signal)
    await next(stream)
    feed.live('r', part('p1'))
    for (const letter of 'hello') feed.delta('r', 'p1', letter)
    await clock.advance(33)
    expect([await next(stream), await next(stream)]).toEqual([
      { type: 'part', part: part('p1') },
      { type: 'delta', partId: 'p1', text: 'hello' },
    ])
  })

  it('gives a late follower the text so far, and after it only what is new', async () => {
    const { feed, end, clock } = setUp()
    feed.live('r', part('p1'))
    feed.delta('r', 'p1', 'hel')
    const stream = feed.follow('r', 0, end.signal)
    const first = await next(stream)
    feed.delta('r', 'p1', 'lo')
    await clock.advance(33)
    expect([first, await next(stream)]).toEqual([
      { type: 'snapshot', events: [], parts: [part('p1', 'hel')], more: false },
      { type: 'delta', partId: 'p1', text: 'lo' },
    ])
  })

  it('ends a growing part by the stored event of the same part', async () => {
    const { feed, append, end } = setUp()
    feed.live('r', part('p1', 'hello'))
    append(event(1, 'p1'))
    const stream = feed.follow('r', 0, end.signal)
    expect([feed.parts('r'), await next(stream)]).toMatchObject([[], { events: [event(1, 'p1')], parts: [] }])
  })

  it('says which parts went without being stored', async () => {
    const { feed, end } = setUp()
    feed.live('r', part('p1'))
    const stream = feed.follow('r', 0, end.signal)
    await next(stream)
    feed.end('r')
    expect(await next(stream)).toEqual({ type: 'dropped', partIds: ['p1'] })
  })

  it('lets a follower that fell far behind catch up from the store, missing nothing', async () => {
    const { feed, append, end } = setUp()
    const stream = feed.follow('r', 0, end.signal)
    await next(stream)
    for (let seq = 1; seq <= 3_000; seq++) append(event(seq))
    const seen: number[] = []
    while (seen.length < 3_000) {
      const message = await next(stream)
      if (message.type === 'snapshot' || message.type === 'events') seen.push(...message.events.map(({ seq }) => seq))
    }
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, i) => i + 1))
  })

  it('gives all followers the same frozen messages, so that none can change what another sees', async () => {
    const { feed, append, end, clock } = setUp()
    const growing = { ...part('p1', 'so far'), input: { files: ['a'] } }
    append(event(1, 'p0'))
    feed.live('r', growing)
    const streams = [feed.follow('r', 0, end.signal), feed.follow('r', 0, end.signal)]
    const [snapshot] = await Promise.all(streams.map(next))
    if (snapshot?.type !== 'snapshot') throw new Error('it did not begin with a snapshot')
    expect(() => Object.assign(snapshot.parts[0]!, { text: 'mine' })).toThrow(TypeError)
    expect(() => (snapshot.parts[0]!.input as { files: string[] }).files.push('b')).toThrow(TypeError)
    append(event(2))
    feed.live('r', { ...part('p2'), input: { files: [] } })
    feed.delta('r', 'p2', 'x')
    await clock.advance(33)
    expect(feed.parts('r').map((each) => [each.text, isDeeplyFrozen(each)])).toEqual([
      ['so far', true],
      ['x', true],
    ])
    feed.drop('r', ['p2'])
    for (const type of ['events', 'part', 'delta', 'dropped']) {
      const [one, two] = await Promise.all(streams.map(next))
      // A list of events is each follower's own; the events in it are not.
      const shared = two!.type === 'events' ? two!.events : [two]
      expect([one!.type, shared.every(isDeeplyFrozen)]).toEqual([type, true])
    }
  })

  it('runs no follower inside of a call, and shows it the whole of what was done', async () => {
    const { feed, append, end, clock } = setUp()
    let inside = false
    const guarded = (act: () => void): void => {
      inside = true
      act()
      inside = false
    }
    const seen: [string, boolean, number][] = []
    const follow = async (): Promise<void> => {
      for await (const message of feed.follow('r', 0, end.signal)) {
        seen.push([message.type, inside, feed.parts('r').length])
        // It may use the feed from there, and follow the run once more.
        if (message.type === 'part') feed.delta('r', message.part.partId, '!')
        if (message.type === 'events') await next(feed.follow('r', 0, end.signal))
      }
    }
    const following = follow()
    await settle()
    guarded(() => feed.live('r', part('p1')))
    await settle()
    guarded(() => feed.delta('r', 'p1', 'hello'))
    await clock.advance(33)
    guarded(() => append(event(1, 'p1')))
    await settle()
    end.abort()
    await following
    expect(seen).toEqual([
      ['snapshot', false, 0],
      ['part', false, 1],
      ['delta', false, 1],
      ['events', false, 0],
    ])
  })

  it('ends when its signal aborts, also while it waits', async () => {
    const { feed, end } = setUp()
    const stream = feed.follow('r', 0, end.signal)
    await next(stream)
    const waiting = stream.next()
    await settle()
    end.abort()
    expect((await waiting).done).toBe(true)
  })
})
