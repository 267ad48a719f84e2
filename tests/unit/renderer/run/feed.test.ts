import { describe, expect, it, vi } from 'vitest'
import { createRunFeed, type RunFeed } from '../../../../src/renderer/features/run/feed/run-feed.ts'
import { eventMaker, livePart } from './events.ts'

/** A feed whose frames come when the test says so. */
const feedWithFrames = (): { feed: RunFeed; frame: () => void; waiting: () => number } => {
  const waiting = new Set<() => void>()
  const feed = createRunFeed((flush) => {
    waiting.add(flush)
    return () => waiting.delete(flush)
  })
  const frame = (): void => {
    const due = [...waiting]
    waiting.clear()
    for (const flush of due) flush()
  }
  return { feed, frame, waiting: () => waiting.size }
}

describe('the feed of a run', () => {
  it('is loading until the last page of the snapshot', () => {
    const { feed, frame } = feedWithFrames()
    const event = eventMaker()
    feed.subscribe(() => {})
    feed.receive({ type: 'snapshot', events: [event('log', { message: 'a' })], parts: [], more: true })
    frame()
    expect(feed.view().line).toBe('loading')
    feed.receive({ type: 'snapshot', events: [event('log', { message: 'b' })], parts: [livePart('p', { text: 'x' })], more: false })
    frame()
    expect(feed.view()).toMatchObject({ line: 'live', problem: null })
    expect(feed.view().log.lines.map((line) => line.text)).toEqual(['a', 'b'])
    expect(feed.view().conversation.live).toHaveLength(1)
  })

  it('tells listeners once for a frame, however much came', () => {
    const { feed, frame } = feedWithFrames()
    const heard = vi.fn()
    feed.subscribe(heard)
    feed.receive({ type: 'snapshot', events: [], parts: [livePart('p')], more: false })
    for (let i = 0; i < 500; i++) feed.receive({ type: 'delta', partId: 'p', text: 'x' })
    expect(heard).not.toHaveBeenCalled()
    frame()
    expect(heard).toHaveBeenCalledTimes(1)
    expect(feed.view().conversation.live[0]).toMatchObject({ text: 'x'.repeat(500) })
  })

  it('gives the same view until something changes', () => {
    const { feed, frame } = feedWithFrames()
    feed.subscribe(() => {})
    const before = feed.view()
    feed.receive({ type: 'part', part: livePart('p', { text: 'a' }) })
    expect(feed.view()).toBe(before)
    frame()
    expect(feed.view()).not.toBe(before)
    expect(feed.view()).toBe(feed.view())
  })

  it('shows a later reader what came while nobody looked', () => {
    const { feed, waiting } = feedWithFrames()
    const stop = feed.subscribe(() => {})
    feed.view()
    feed.receive({ type: 'part', part: livePart('p', { text: 'a' }) })
    stop()
    expect(waiting()).toBe(0)
    expect(feed.view().conversation.live).toHaveLength(1)
  })

  it('goes on after a cut with a snapshot of what is new, whose parts are all that is growing', () => {
    const { feed, frame } = feedWithFrames()
    const event = eventMaker()
    const [one, two, three] = [event('log', { message: '1' }), event('log', { message: '2' }), event('log', { message: '3' })]
    feed.subscribe(() => {})
    feed.receive({ type: 'snapshot', events: [one], parts: [livePart('gone', { text: 'a' })], more: false })
    feed.receive({ type: 'events', events: [two] })
    expect(feed.lastSeq()).toBe(2)
    feed.receive({ type: 'snapshot', events: [two, three], parts: [livePart('here', { text: 'b' })], more: false })
    frame()
    expect(feed.view().log.lines.map((line) => line.text)).toEqual(['1', '2', '3'])
    expect(feed.view().conversation.live.map((item) => item.key)).toEqual(['here'])
  })

  it('says that there is no such run, or why reading failed', () => {
    const { feed, frame } = feedWithFrames()
    feed.subscribe(() => {})
    feed.fail('missing', 'There is no run r1.')
    frame()
    expect(feed.view()).toMatchObject({ line: 'missing', problem: 'There is no run r1.' })
  })

  it('counts a change of files for edits that come, not for text nor for what was there at the first look', () => {
    const { feed, frame } = feedWithFrames()
    const event = eventMaker()
    feed.subscribe(() => {})
    feed.receive({ type: 'snapshot', events: [event('files', { data: { files: ['old'] } })], parts: [], more: false })
    frame()
    const before = feed.view().filesVersion
    expect(before).toBe(0)
    feed.receive({ type: 'events', events: [event('text', { message: 'x' })] })
    frame()
    expect(feed.view().filesVersion).toBe(before)
    feed.receive({ type: 'events', events: [event('files', { data: { files: ['a'] } })] })
    frame()
    expect(feed.view().filesVersion).toBe(before + 1)
  })
})
