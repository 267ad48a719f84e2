import { ORPCError } from '@orpc/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createBackoff } from '../../../../src/renderer/client/backoff.ts'
import { type Connection, type ConnectionState, createConnection } from '../../../../src/renderer/client/connection.ts'
import { AccessDeniedError, ConnectionLostError, type Line } from '../../../../src/renderer/client/line.ts'

type Answer = () => Promise<unknown>

/** Lines that open when told to. Calls are answered by `answer`. */
function fakeLines() {
  const waiting: { open(): void; refuse(error: Error): void }[] = []
  let cutCurrent = (): void => {}
  const lines = {
    calls: 0,
    answer: (async () => 'answered') as Answer,
    openLine: () =>
      new Promise<Line>((resolve, reject) => {
        waiting.push({
          refuse: reject,
          open() {
            const { promise: closed, resolve: close } = Promise.withResolvers<void>()
            cutCurrent = close
            resolve({
              link: {
                call: () => {
                  lines.calls += 1
                  return lines.answer()
                },
              },
              closed,
              close,
            })
          },
        })
      }),
    /** Lets the attempt under way succeed or fail; time is moved on until there is one. */
    async next(error?: Error) {
      while (waiting.length === 0) await vi.advanceTimersByTimeAsync(100)
      const attempt = waiting.shift()
      if (error) attempt?.refuse(error)
      else attempt?.open()
      await vi.advanceTimersByTimeAsync(0)
    },
    async cut() {
      cutCurrent()
      await vi.advanceTimersByTimeAsync(0)
    },
  }
  return lines
}

describe('the line to the core', () => {
  let lines: ReturnType<typeof fakeLines>
  let connection: Connection
  let states: ConnectionState[]
  const call = (signal?: AbortSignal) => connection.link.call(['host', 'status'], {}, { context: {}, ...(signal ? { signal } : {}) })

  beforeEach(() => {
    vi.useFakeTimers()
    lines = fakeLines()
    connection = createConnection(lines.openLine, createBackoff(100, 400))
    states = []
    connection.onState((state) => states.push(state))
  })
  afterEach(() => {
    connection.close()
    vi.useRealTimers()
  })

  test('makes calls wait until it is open', async () => {
    const answer = call()
    await lines.next()

    expect(await answer).toBe('answered')
    expect(states).toEqual(['connecting', 'open'])
  })

  test('fails a call that nobody could take for five seconds', async () => {
    const answer = call().catch((error) => error)
    await vi.advanceTimersByTimeAsync(5_000)

    expect(await answer).toBeInstanceOf(ConnectionLostError)
    await lines.next()
    expect(lines.calls).toBe(0)
  })

  test('opens another line after a cut', async () => {
    await lines.next()
    await lines.cut()
    const answer = call()
    await lines.next()

    expect(await answer).toBe('answered')
    expect(states).toEqual(['connecting', 'open', 'closed', 'open'])
  })

  test('fails a call that was under way at the cut and does not send it again', async () => {
    lines.answer = () => Promise.reject(new Error('the line broke'))
    await lines.next()

    await expect(call()).rejects.toBeInstanceOf(ConnectionLostError)
    await lines.cut()
    await lines.next()
    expect(lines.calls).toBe(1)
  })

  test('passes on what the host itself refused, and what the caller aborted', async () => {
    await lines.next()
    lines.answer = () => Promise.reject(new ORPCError('CONFLICT', { status: 409, message: 'The run has ended.' }))
    await expect(call()).rejects.toMatchObject({ code: 'CONFLICT' })

    const reason = new Error('not wanted any more')
    lines.answer = () => Promise.reject(reason)
    await expect(call(AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('keeps trying while the host cannot be reached', async () => {
    for (let n = 0; n < 5; n += 1) await lines.next(new Error('refused'))
    expect(states).toEqual(['connecting'])
    await lines.next()

    expect(states).toEqual(['connecting', 'open'])
  })

  test('says that the host refuses this page, fails what waits, and tries again when told to', async () => {
    const waiting = call().catch((error) => error)
    await lines.next(new AccessDeniedError())

    expect(await waiting).toBeInstanceOf(AccessDeniedError)
    await expect(call()).rejects.toBeInstanceOf(AccessDeniedError)
    expect(states).toEqual(['connecting', 'denied'])

    connection.retry()
    await lines.next()
    expect(states.at(-1)).toBe('open')
  })

  test('takes back a call whose caller no longer waits', async () => {
    const caller = new AbortController()
    const answer = call(caller.signal).catch((error) => error)
    caller.abort('enough')

    expect(await answer).toBe('enough')
    await lines.next()
    expect(lines.calls).toBe(0)
  })

  test('opens no line after it was closed', async () => {
    await lines.next()
    connection.close()
    await vi.advanceTimersByTimeAsync(10_000)

    await expect(call()).rejects.toBeInstanceOf(ConnectionLostError)
    expect(vi.getTimerCount()).toBe(0)
  })
})
