import { beforeEach, describe, expect, it } from 'vitest'
import { applyMessages, setConnection, useLive } from '../../../../src/renderer/stores/live.ts'
import { changes, makeOperation, makeRun, runChange, runGone, snapshot } from '../made-up.ts'

const initial = useLive.getInitialState()
beforeEach(() => useLive.setState(initial, true))

const titles = () => [...useLive.getState().runs.values()].map((run) => run.title)

describe('the mirror of the core', () => {
  it('is not ready before the first snapshot and ready after it', () => {
    expect(useLive.getState().ready).toBe(false)
    applyMessages([snapshot(7, { runs: [makeRun('a')] })])
    expect(useLive.getState()).toMatchObject({ ready: true, revision: { instanceId: 'one', n: 7 } })
  })

  it('keys lanes by their name and everything else by its id', () => {
    const lane = { name: 'B', limit: 2, paused: false, queued: 0, running: 0, oldestQueuedAt: null } as const
    applyMessages([snapshot(1, { lanes: [lane], operations: [makeOperation('op')] })])
    expect([useLive.getState().lanes.get('B'), useLive.getState().operations.get('op')?.name]).toEqual([lane, 'Operation op'])
  })

  it('applies changes in order, several messages as one change of the store', () => {
    let drawn = 0
    const stop = useLive.subscribe(() => drawn++)
    applyMessages([
      snapshot(1, { runs: [makeRun('a')] }),
      changes(2, [runChange(makeRun('a', { title: 'first' })), runChange(makeRun('b'))]),
      changes(3, [runChange(makeRun('a', { title: 'second' })), runGone('b')]),
    ])
    stop()
    expect([titles(), drawn]).toEqual([['second'], 1])
  })

  it('leaves rows that did not change the same objects', () => {
    applyMessages([snapshot(1, { runs: [makeRun('a'), makeRun('b')] })])
    const before = useLive.getState()
    applyMessages([changes(2, [runChange(makeRun('a', { title: 'new' }))])])
    const after = useLive.getState()
    expect([after.runs.get('b') === before.runs.get('b'), after.operations === before.operations]).toEqual([true, true])
  })

  it('asks for a new snapshot when a revision is missing, and keeps what came before the gap', () => {
    const whole = applyMessages([snapshot(1), changes(2, [runChange(makeRun('a'))]), changes(4, [runChange(makeRun('b'))])])
    expect([whole, useLive.getState().revision?.n, titles()]).toEqual([false, 2, ['Run a']])
  })

  it('asks for a new snapshot when another instance speaks', () => {
    applyMessages([snapshot(1)])
    expect(applyMessages([changes(2, [runChange(makeRun('a'))], 'two')])).toBe(false)
  })

  it('asks for a new snapshot when changes come first', () => {
    expect(applyMessages([changes(1, [])])).toBe(false)
  })

  it('replaces everything with the snapshot of another instance, whatever its number', () => {
    applyMessages([snapshot(90, { runs: [makeRun('a')] })])
    applyMessages([snapshot(3, { runs: [makeRun('b')] }, 'two'), changes(4, [runChange(makeRun('c'))], 'two')])
    expect([titles(), useLive.getState().revision]).toEqual([['Run b', 'Run c'], { instanceId: 'two', n: 4 }])
  })

  it('passes over a change that it has already', () => {
    applyMessages([snapshot(5, { runs: [makeRun('a', { title: 'now' })] })])
    expect(applyMessages([changes(5, [runChange(makeRun('a', { title: 'before' }))])])).toBe(true)
    expect(titles()).toEqual(['now'])
  })

  it('passes over collections that it does not know', () => {
    const strange = { collection: 'artifacts', key: 'x', value: { id: 'x' } } as never
    expect(applyMessages([snapshot(1), changes(2, [strange, runChange(makeRun('a'))])])).toBe(true)
    expect(titles()).toEqual(['Run a'])
  })

  it('remembers since when the line is cut, and not since the last attempt', () => {
    setConnection('cut')
    const { since } = useLive.getState().connection
    useLive.setState({ connection: { ...useLive.getState().connection, since: since - 5_000 } })
    setConnection('cut', 'still')
    expect(useLive.getState().connection).toEqual({ state: 'cut', error: 'still', since: since - 5_000 })
  })
})
