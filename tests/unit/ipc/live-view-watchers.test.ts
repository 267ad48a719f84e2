import { setImmediate as settle } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createLiveView } from '../../../src/main/ipc/live-view.ts'
import type { LiveMessage, Operation } from '../../../src/shared/models/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const operation = (message: string): Operation => ({
  id: 'op1',
  name: 'Pull',
  category: 'command',
  state: 'failed',
  startedAt: 1,
  endedAt: 2,
  progress: -1,
  message,
  cancellable: true,
  error: { code: 'X', message: 'No.', data: { files: ['a'] } },
  retryOf: null,
  runId: null,
  parentId: null,
  canRetry: false,
  inHistory: false,
})
const isDeeplyFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen))

it('rows are frozen all the way down, and each watcher has a message of its own', async () => {
  const clock = createManualClock()
  const live = createLiveView('i1', clock)
  const end = new AbortController()
  live.set('operations', 'op1', operation('one'))
  const streams = [live.watch(undefined, end.signal), live.watch(undefined, end.signal)]
  const next = async (): Promise<LiveMessage[]> =>
    Promise.all(streams.map(async (stream) => (await stream.next()).value as unknown as LiveMessage))
  const [one, two] = await next()
  if (one?.type !== 'snapshot' || two?.type !== 'snapshot') throw new Error('it did not begin with snapshots')
  expect(one.state.operations.every(isDeeplyFrozen)).toBe(true)
  one.state.operations.length = 0
  expect([two.state.operations.length, live.rows('operations').length]).toEqual([1, 1])

  live.set('operations', 'op1', operation('two'))
  await clock.advance(25)
  const [changed, also] = await next()
  if (changed?.type !== 'changes' || also?.type !== 'changes') throw new Error('it did not go on with changes')
  expect(isDeeplyFrozen(changed.changes)).toBe(true)
  changed.revision.n = 99
  expect(also.revision.n).toBe(2)
})

it('a watcher runs outside of every call and of the timer, sees at least what it was told, and may change rows from there', async () => {
  const clock = createManualClock()
  let inside = false
  const guarded = <T>(act: () => T): T => {
    inside = true
    try {
      return act()
    } finally {
      inside = false
    }
  }
  const live = createLiveView('i1', { now: clock.now, after: (ms, run) => clock.after(ms, () => guarded(run)) })
  const end = new AbortController()
  const seen: [boolean, string][] = []
  let answers = 3
  const watching = (async () => {
    for await (const message of live.watch(undefined, end.signal)) {
      const rows = message.type === 'snapshot' ? message.state.operations : message.changes.map(({ value }) => value as Operation)
      for (const row of rows) seen.push([inside, row.message])
      expect(live.snapshot().revision.n).toBeGreaterThanOrEqual(message.revision.n)
      if (answers-- > 0) live.set('operations', 'op1', operation(`answer ${answers}`))
    }
  })()
  await settle()
  guarded(() => live.set('operations', 'op1', operation('one')))
  guarded(() => live.snapshot())
  for (let i = 0; i < 8; i++) await clock.advance(25)
  guarded(() => live.close())
  await watching
  expect(seen.some(([within]) => within)).toBe(false)
  expect(seen.map(([, message]) => message)).toContain('answer 0')
})
