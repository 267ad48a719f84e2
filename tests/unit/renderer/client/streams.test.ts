import { ORPCError } from '@orpc/client'
import { describe, expect, test } from 'vitest'
import type { AppClient } from '../../../../src/renderer/client/app-client.ts'
import { createBackoff } from '../../../../src/renderer/client/backoff.ts'
import { followRun } from '../../../../src/renderer/client/follow-run.ts'
import { watchLive } from '../../../../src/renderer/client/watch-live.ts'
import type { FeedMessage, LiveMessage, LiveState, Revision, RunEvent } from '../../../../src/shared/models/index.ts'

const EMPTY: LiveState = { runs: [], operations: [], lanes: [], projects: [], inbox: [], host: [], settings: [], workers: [] }
const snapshot = (instanceId: string, n: number): LiveMessage => ({ type: 'snapshot', revision: { instanceId, n }, state: EMPTY })
const changes = (instanceId: string, n: number): LiveMessage => ({ type: 'changes', revision: { instanceId, n }, changes: [] })
const show = (message: LiveMessage): string => `${message.type} ${message.revision.instanceId}${message.revision.n}`

/** Answers each watch with the next script, and ends the test's signal when there is none left. */
async function watchScripts(
  scripts: readonly (readonly LiveMessage[] | Error)[],
): Promise<{ seen: string[]; asked: (Revision | undefined)[] }> {
  const life = new AbortController()
  const seen: string[] = []
  const asked: (Revision | undefined)[] = []
  const left = [...scripts]
  const watch = async ({ since }: { since?: Revision }) => {
    asked.push(since)
    const script = left.shift()
    if (script instanceof Error) throw script
    return (async function* () {
      yield* script ?? []
      if (left.length === 0) life.abort()
    })()
  }
  await watchLive({ host: { watch } } as unknown as AppClient, (message) => seen.push(show(message)), life.signal, createBackoff(1, 1))
  return { seen, asked }
}

describe('watching the core', () => {
  test('goes on behind the last revision after a cut', async () => {
    const { seen, asked } = await watchScripts([[snapshot('a', 4), changes('a', 5)], [changes('a', 6)]])

    expect(seen).toEqual(['snapshot a4', 'changes a5', 'changes a6'])
    expect(asked).toEqual([undefined, { instanceId: 'a', n: 5 }])
  })

  test('takes a new snapshot when a revision is missing, and hands over nothing in between', async () => {
    const { seen, asked } = await watchScripts([[snapshot('a', 4), changes('a', 6), changes('a', 7)], [snapshot('a', 7)]])

    expect(seen).toEqual(['snapshot a4', 'snapshot a7'])
    expect(asked).toEqual([undefined, undefined])
  })

  test('takes the snapshot of another instance in place of the old one', async () => {
    const { seen } = await watchScripts([[snapshot('a', 4)], [snapshot('b', 1), changes('b', 2)]])

    expect(seen).toEqual(['snapshot a4', 'snapshot b1', 'changes b2'])
  })

  test('does not take changes of another instance for its own', async () => {
    const { seen } = await watchScripts([[snapshot('a', 4), changes('b', 5)], [snapshot('b', 5)]])

    expect(seen).toEqual(['snapshot a4', 'snapshot b5'])
  })

  test('tries again after a failure that may pass, and gives up on a refusal', async () => {
    const passing = [new Error('cut'), new ORPCError('STORE_UNAVAILABLE', { status: 503 })]
    expect((await watchScripts([...passing, [snapshot('a', 1)]])).seen).toEqual(['snapshot a1'])

    await expect(watchScripts([new ORPCError('FORBIDDEN', { status: 403 })])).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

const event = (seq: number): RunEvent => ({ seq, at: 0, attemptId: null, step: null, kind: 'log', level: 'info', message: '', data: null })
const feed = (type: 'snapshot' | 'events', ...seqs: number[]): FeedMessage =>
  type === 'snapshot' ? { type, events: seqs.map(event), parts: [], more: false } : { type, events: seqs.map(event) }

async function followScripts(scripts: readonly (readonly FeedMessage[])[]): Promise<{ seen: string[]; asked: number[] }> {
  const life = new AbortController()
  const seen: string[] = []
  const asked: number[] = []
  const left = [...scripts]
  const follow = async ({ afterSeq }: { afterSeq: number }) => {
    asked.push(afterSeq)
    const script = left.shift() ?? []
    return (async function* () {
      yield* script
      if (left.length === 0) life.abort()
    })()
  }
  const onMessage = (message: FeedMessage): void => {
    const seqs = message.type === 'snapshot' || message.type === 'events' ? message.events.map(({ seq }) => seq) : []
    seen.push([message.type, ...seqs].join(' '))
  }
  await followRun({ runs: { follow } } as unknown as AppClient, { id: 'r1' }, onMessage, life.signal, createBackoff(1, 1))
  return { seen, asked }
}

describe('following a run', () => {
  test('asks for what comes after the last event seen', async () => {
    const { seen, asked } = await followScripts([[feed('snapshot', 1, 2), feed('events', 3)], [feed('snapshot', 4)]])

    expect(seen).toEqual(['snapshot 1 2', 'events 3', 'snapshot 4'])
    expect(asked).toEqual([0, 3])
  })

  test('drops events it has seen, and asks again when one is missing', async () => {
    const { seen, asked } = await followScripts([
      [feed('snapshot', 1, 2), feed('events', 2, 3), feed('events', 3), feed('events', 5)],
      [feed('snapshot', 4, 5)],
    ])

    expect(seen).toEqual(['snapshot 1 2', 'events 3', 'snapshot 4 5'])
    expect(asked).toEqual([0, 3])
  })

  test('hands over growing text and snapshots without events', async () => {
    const delta: FeedMessage = { type: 'delta', partId: 'p1', text: 'Hel' }

    expect((await followScripts([[feed('snapshot'), delta]])).seen).toEqual(['snapshot', 'delta'])
  })
})
