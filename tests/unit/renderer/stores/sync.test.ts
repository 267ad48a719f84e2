import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useLive } from '../../../../src/renderer/stores/live.ts'
import { type SyncSource, startSync } from '../../../../src/renderer/stores/sync.ts'
import type { LiveMessage } from '../../../../src/shared/models/index.ts'
import { changes, makeRun, runChange, snapshot } from '../made-up.ts'

type State = Parameters<Parameters<SyncSource['onState']>[0]>[0]

/** A line to a core that says what the test tells it to. */
function createLine() {
  const watches: { send: (message: LiveMessage) => void; refuse: (error: Error) => void; signal: AbortSignal }[] = []
  let tell: (state: State) => void = () => {}
  const source: SyncSource = {
    watch: (send, signal) =>
      new Promise((resolve, refuse) => {
        signal.addEventListener('abort', () => resolve())
        watches.push({ send, refuse, signal })
      }),
    onState(listener) {
      tell = listener
      listener('connecting')
      return () => {}
    },
  }
  return { source, watches, tell: (state: State) => tell(state) }
}

const initial = useLive.getInitialState()
let stop = () => {}
beforeEach(() => useLive.setState(initial, true))
afterEach(() => stop())

it('shows what the core sends', async () => {
  const line = createLine()
  stop = startSync(line.source)
  line.watches[0]!.send(snapshot(1, { runs: [makeRun('a')] }))
  line.watches[0]!.send(changes(2, [runChange(makeRun('b'))]))
  await vi.waitFor(() => expect([...useLive.getState().runs.keys()]).toEqual(['a', 'b']), { timeout: 10_000 })
})

it('starts the watch again for a new snapshot when a revision is missing', async () => {
  const line = createLine()
  stop = startSync(line.source)
  line.watches[0]!.send(snapshot(1))
  line.watches[0]!.send(changes(3, [runChange(makeRun('late'))]))
  await vi.waitFor(() => expect(line.watches).toHaveLength(2), { timeout: 10_000 })
  line.watches[1]!.send(snapshot(3, { runs: [makeRun('late')] }))
  await vi.waitFor(() => expect([...useLive.getState().runs.keys()]).toEqual(['late']), { timeout: 10_000 })
  expect(line.watches[0]!.signal.aborted).toBe(true)
})

it('follows the state of the line and keeps what was shown when it is cut', async () => {
  const line = createLine()
  stop = startSync(line.source)
  line.tell('open')
  line.watches[0]!.send(snapshot(1, { runs: [makeRun('a')] }))
  await vi.waitFor(() => expect(useLive.getState().ready).toBe(true), { timeout: 10_000 })
  line.tell('closed')
  expect([useLive.getState().connection.state, useLive.getState().runs.size]).toEqual(['cut', 1])
  line.tell('open')
  expect(useLive.getState().connection.state).toBe('live')
})

it('says why when the core refuses the watch for good', async () => {
  const line = createLine()
  stop = startSync(line.source)
  line.watches[0]!.refuse(new Error('The token is of an earlier start.'))
  await vi.waitFor(
    () => expect(useLive.getState().connection).toMatchObject({ state: 'cut', error: 'The token is of an earlier start.' }),
    { timeout: 10_000 },
  )
})

it('ends the watch when it is stopped', () => {
  const line = createLine()
  stop = startSync(line.source)
  stop()
  expect(line.watches.map((watch) => watch.signal.aborted)).toEqual([true])
})
