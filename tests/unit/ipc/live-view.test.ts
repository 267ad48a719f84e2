import { describe, expect, it } from 'vitest'
import { createLiveView } from '../../../src/main/ipc/live-view.ts'
import type { Lane, LiveMessage } from '../../../src/shared/models/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const lane = (queued: number, name: 'A' | 'B' = 'A'): Lane => ({ name, limit: 4, paused: false, queued, running: 0, oldestQueuedAt: null })

function setUp() {
  const clock = createManualClock()
  const live = createLiveView('i1', clock)
  const end = new AbortController()
  return { clock, live, end }
}
const revision = (n: number, instanceId = 'i1') => ({ instanceId, n })
const next = async (stream: AsyncGenerator<LiveMessage, void>): Promise<LiveMessage> => (await stream.next()).value as LiveMessage

describe('the live view', () => {
  it('starts a stream with a snapshot and its revision', async () => {
    const { live, end } = setUp()
    live.set('lanes', 'A', lane(1))
    expect(await next(live.watch(undefined, end.signal))).toMatchObject({
      type: 'snapshot',
      revision: revision(1),
      state: { lanes: [lane(1)], runs: [] },
    })
  })

  it('follows with changes, one revision for each batch, the newest value of a row', async () => {
    const { live, end, clock } = setUp()
    const stream = live.watch(undefined, end.signal)
    await next(stream)
    live.set('lanes', 'A', lane(1))
    live.set('lanes', 'A', lane(2))
    await clock.advance(25)
    expect(await next(stream)).toEqual({
      type: 'changes',
      revision: revision(1),
      changes: [{ collection: 'lanes', key: 'A', value: lane(2) }],
    })
  })

  it('says that a row has left with null, and nothing of a row it never had', async () => {
    const { live, end, clock } = setUp()
    live.set('lanes', 'A', lane(1))
    const stream = live.watch(undefined, end.signal)
    await next(stream)
    live.set('lanes', 'A', null)
    live.set('lanes', 'B', null)
    await clock.advance(25)
    expect(await next(stream)).toMatchObject({ changes: [{ collection: 'lanes', key: 'A', value: null }] })
  })

  it('resumes after a cut with exactly the changes that were missed', async () => {
    const { live, end, clock } = setUp()
    for (let i = 1; i <= 5; i++) {
      live.set('lanes', 'A', lane(i))
      await clock.advance(25)
    }
    const stream = live.watch(revision(3), end.signal)
    expect([await next(stream), await next(stream)]).toMatchObject([
      { type: 'changes', revision: revision(4) },
      { type: 'changes', revision: revision(5), changes: [{ value: lane(5) }] },
    ])
  })

  it('answers a revision of another instance, of the future, or long past with a snapshot', async () => {
    const { live, end, clock } = setUp()
    for (let i = 1; i <= 600; i++) {
      live.set('lanes', 'A', lane(i))
      await clock.advance(25)
    }
    live.set('lanes', 'B', lane(0, 'B'))
    await clock.advance(25)
    const kinds: string[] = []
    for (const since of [revision(600, 'other'), revision(900), revision(50), revision(600)])
      kinds.push((await next(live.watch(since, end.signal))).type)
    expect(kinds).toEqual(['snapshot', 'snapshot', 'snapshot', 'changes'])
  })

  it('gives a reader that fell far behind one snapshot and not a queue', async () => {
    const { live, end, clock } = setUp()
    const stream = live.watch(undefined, end.signal)
    await next(stream)
    for (let i = 1; i <= 700; i++) {
      live.set('lanes', 'A', lane(i))
      await clock.advance(25)
    }
    expect(await next(stream)).toMatchObject({ type: 'snapshot', revision: revision(700), state: { lanes: [lane(700)] } })
  })

  it('ends its streams when their signal aborts and when it closes', async () => {
    const { live, end } = setUp()
    const [one, two] = [live.watch(undefined, end.signal), live.watch(undefined, new AbortController().signal)]
    await Promise.all([next(one), next(two)])
    const waiting = [one.next(), two.next()]
    end.abort()
    live.close()
    expect((await Promise.all(waiting)).map((result) => result.done)).toEqual([true, true])
  })
})
