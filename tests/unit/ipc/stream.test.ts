import { describe, expect, test } from 'vitest'
import { openStream } from '../../../src/main/ipc/stream.ts'

/** A source that has nothing to say until its signal aborts. */
function silentSource() {
  const started = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  return {
    started: started.promise,
    ended: ended.promise,
    async *open(signal: AbortSignal): AsyncGenerator<number, void> {
      started.resolve()
      try {
        await new Promise<void>((done) => signal.addEventListener('abort', () => done()))
        yield 1
      } finally {
        ended.resolve()
      }
    },
  }
}

async function* count(to: number): AsyncGenerator<number, void> {
  for (let n = 1; n <= to; n += 1) yield n
}

describe('a stream of one caller', () => {
  test('has the values of its source in order, also when several are asked for at once', async () => {
    const stream = openStream(undefined, () => count(3))

    const results = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()])

    expect(results.map(({ value }) => value)).toEqual([1, 2, 3, undefined])
    expect(results.at(-1)?.done).toBe(true)
  })

  test('pulls nothing that was not asked for', async () => {
    let pulled = 0
    const stream = openStream(undefined, async function* () {
      for (;;) yield ++pulled
    })

    await stream.next()
    await stream.next()

    expect(pulled).toBe(2)
    await stream.return()
  })

  test('ends while it waits, when its caller goes away', async () => {
    const caller = new AbortController()
    const source = silentSource()
    const stream = openStream(caller.signal, source.open)
    const waiting = stream.next()
    await source.started

    caller.abort()

    expect(await waiting).toEqual({ done: true, value: undefined })
    await source.ended
    expect((await stream.next()).done).toBe(true)
  })

  test('ends while it waits, when it is closed, and tells its source', async () => {
    const source = silentSource()
    const stream = openStream(undefined, source.open)
    const waiting = stream.next()
    await source.started

    await stream.return()

    expect((await waiting).done).toBe(true)
    await source.ended
  })

  test('ends at once even when its source does not hear', async () => {
    const stream = openStream(undefined, async function* () {
      await new Promise(() => {})
      yield 1
    })
    const waiting = stream.next()

    await stream.return()

    expect((await waiting).done).toBe(true)
  })

  test('of a caller that is gone already has no value', async () => {
    const stream = openStream(AbortSignal.abort(), () => count(3))

    expect((await stream.next()).done).toBe(true)
  })

  test('passes a failure of its source on once, and is over then', async () => {
    const stream = openStream(undefined, async function* () {
      yield 1
      throw new Error('broken')
    })
    await stream.next()

    await expect(stream.next()).rejects.toThrow('broken')
    expect((await stream.next()).done).toBe(true)
  })

  test('takes what its source throws on being told to stop for its end', async () => {
    const caller = new AbortController()
    const stream = openStream(caller.signal, async function* (signal) {
      yield 1
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    await stream.next()
    const waiting = stream.next()

    caller.abort()

    expect((await waiting).done).toBe(true)
  })

  test('leaves no listener behind on its caller', async () => {
    const caller = new AbortController()
    let listeners = 0
    const { signal } = caller
    signal.addEventListener = () => {
      listeners += 1
    }
    signal.removeEventListener = () => {
      listeners -= 1
    }

    for (let n = 0; n < 10; n += 1) for await (const _ of openStream(signal, () => count(3))) if (n % 2) break

    expect(listeners).toBe(0)
  })
})
