import { createORPCClient, ORPCError } from '@orpc/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CoreApi } from '../../src/main/ipc/index.ts'
import { type Logger, silentLogger } from '../../src/main/platform/index.ts'
import type { AppClient } from '../../src/renderer/client/app-client.ts'
import { createBackoff } from '../../src/renderer/client/backoff.ts'
import { type Connection, createConnection } from '../../src/renderer/client/connection.ts'
import { followRun } from '../../src/renderer/client/follow-run.ts'
import type { Line } from '../../src/renderer/client/line.ts'
import { watchLive } from '../../src/renderer/client/watch-live.ts'
import { AppError, type LiveChange, type LiveMessage } from '../../src/shared/models/index.ts'
import { createFakeCore, type FakeCore } from '../support/fake-core.ts'

/** A door to test. `cut` breaks every open line from the host's side, as a crash of the line would. */
export interface ServedDoor {
  openLine(): Promise<Line>
  cut(): void
  close(): Promise<void>
}
export type ServeDoor = (core: CoreApi, logger: Logger) => Promise<ServedDoor>

const laneChange = (n: number): LiveChange => ({
  collection: 'lanes',
  key: 'A',
  value: { name: 'A', limit: n, paused: false, queued: 0, running: 0, oldestQueuedAt: null },
})
const limitsIn = (messages: readonly LiveMessage[]): number[] =>
  messages.flatMap((message) =>
    message.type === 'changes' ? message.changes.map((change) => (change.value as { limit: number }).limit) : [],
  )
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

/** What every transport owes its callers. */
export function testTransport(name: string, serveDoor: ServeDoor): void {
  describe(`the contract over ${name}`, () => {
    let core: FakeCore
    let door: ServedDoor
    let connection: Connection
    let client: AppClient
    const logged = vi.fn()

    const serve = async (overrides: Partial<CoreApi> = {}): Promise<void> => {
      core = createFakeCore(overrides)
      door = await serveDoor(core, { ...silentLogger, error: logged } as unknown as Logger)
      connection = createConnection(() => door.openLine(), createBackoff(1, 4))
      client = createORPCClient(connection.link)
    }
    const failure = (call: Promise<unknown>): Promise<ORPCError<string, unknown>> =>
      call.then(
        () => expect.unreachable('the call was answered'),
        (error) => {
          expect(error).toBeInstanceOf(ORPCError)
          return error
        },
      )

    beforeEach(() => serve())
    afterEach(async () => {
      connection.close()
      await door.close()
      logged.mockClear()
    })

    test('answers a call with what the core answered', async () => {
      const run = await client.runs.create({ prompt: 'Add a test' })

      expect(run).toEqual(core.addRun({ id: run.id, title: 'Add a test' }))
    })

    test('fills in the defaults of an input', async () => {
      expect(await client.runs.create({ prompt: 'x' })).toMatchObject({ lane: 'A' })
    })

    test('passes a refusal on with its code, sentence, status and data', async () => {
      await door.close()
      await serve({
        sessions: {
          prompt() {
            throw new AppError('CONFLICT', 'The run has ended.', { data: { status: 'failed' } })
          },
        },
      })

      const error = await failure(client.sessions.prompt({ runId: 'r1', text: 'go on' }))

      expect(error).toMatchObject({ code: 'CONFLICT', status: 409, message: 'The run has ended.', data: { status: 'failed' } })
      expect(logged).not.toHaveBeenCalled()
    })

    test('refuses an input that does not fit with a sentence that names the field', async () => {
      const error = await failure(client.runs.create({ prompt: 'x', maxAttempts: 1000 }))

      expect(error).toMatchObject({ code: 'VALIDATION_FAILED', status: 400 })
      expect(error.message).toMatch(/^maxAttempts: .+\.$/)
      expect(error.data).toEqual({ issues: [{ field: 'maxAttempts', message: expect.any(String) }] })
    })

    test('tells nothing about a bug and logs it once', async () => {
      await door.close()
      const bug = new TypeError('secret detail')
      await serve({
        worktrees: { ...core.worktrees, list: () => Promise.reject(bug) },
      })

      const error = await failure(client.worktrees.list({}))

      expect(error).toMatchObject({ code: 'INTERNAL', status: 500, data: undefined })
      expect(JSON.stringify([error.message, error.toJSON()])).not.toContain('secret')
      expect(logged.mock.calls).toEqual([[{ err: bug, call: 'worktrees.list' }, expect.any(String)]])
    })

    test('treats an answer that does not fit the contract as a bug', async () => {
      await door.close()
      await serve({ lanes: { ...core.lanes, list: () => [{ name: 'Z' }] as never } })

      expect(await failure(client.lanes.list())).toMatchObject({ code: 'INTERNAL' })
      expect(logged).toHaveBeenCalledTimes(1)
    })

    test('streams a snapshot and then 1,000 changes in order', async () => {
      const stream = await client.host.watch({})
      const messages: LiveMessage[] = []
      for await (const message of stream) {
        messages.push(message)
        if (message.type === 'snapshot') for (const n of upTo(1000)) core.change(laneChange(n))
        if (message.revision.n === 1000) break
      }

      expect(messages[0]?.type).toBe('snapshot')
      expect(limitsIn(messages)).toEqual(upTo(1000))
    })

    test('passes a refusal in the middle of a stream on', async () => {
      await door.close()
      await serve({
        live: {
          ...core.live,
          async *watch() {
            yield { type: 'snapshot', ...core.live.snapshot() }
            throw new AppError('STORE_UNAVAILABLE', 'The database cannot be reached.')
          },
        },
      })
      const stream = await client.host.watch({})
      await stream.next()

      expect(await failure(stream.next())).toMatchObject({
        code: 'STORE_UNAVAILABLE',
        status: 503,
        message: 'The database cannot be reached.',
      })
    })

    test('ends a stream in the core when its reader leaves', async () => {
      for await (const _ of await client.host.watch({})) break

      await vi.waitFor(() => expect(core.openStreams).toBe(0), { timeout: 10_000 })
    })

    test('ends a stream in the core when its reader aborts while it waits', async () => {
      const reading = new AbortController()
      const stream = await client.host.watch({}, { signal: reading.signal })
      await stream.next()
      const waiting = stream.next().catch(() => 'ended')
      reading.abort()
      await waiting

      await vi.waitFor(() => expect(core.openStreams).toBe(0), { timeout: 10_000 })
    })

    test('ends every stream in the core when the line breaks', async () => {
      const streams = await Promise.all(upTo(20).map(() => client.host.watch({})))
      await Promise.all(streams.map((stream) => stream.next()))
      expect(core.openStreams).toBe(20)

      door.cut()

      await vi.waitFor(() => expect(core.openStreams).toBe(0), { timeout: 10_000 })
    })

    test('goes on after each cut of the line without losing or doubling a change', async () => {
      const messages: LiveMessage[] = []
      const watching = new AbortController()
      const watched = watchLive(client, (message) => messages.push(message), watching.signal, createBackoff(1, 4))
      await vi.waitFor(() => expect(messages).toHaveLength(1), { timeout: 10_000 })

      for (const n of upTo(300)) {
        core.change(laneChange(n))
        if (n % 60 === 0) door.cut()
        if (n % 10 === 0) await new Promise(setImmediate)
      }
      await vi.waitFor(() => expect(messages.at(-1)?.revision.n).toBe(300), { timeout: 10_000 })
      watching.abort()
      await watched

      expect(messages.filter((message) => message.type === 'snapshot')).toHaveLength(1)
      expect(limitsIn(messages)).toEqual(upTo(300))
    })

    test('follows a run across cuts of the line, each event once', async () => {
      core.addRun({ id: 'r1' })
      const seen: number[] = []
      const following = new AbortController()
      const followed = followRun(
        client,
        { id: 'r1' },
        (message) => {
          if (message.type === 'snapshot' || message.type === 'events') seen.push(...message.events.map((event) => event.seq))
        },
        following.signal,
        createBackoff(1, 4),
      )
      for (const n of upTo(200)) {
        core.emit('r1', `line ${n}`)
        if (n % 50 === 0) door.cut()
        if (n % 10 === 0) await new Promise(setImmediate)
      }
      await vi.waitFor(() => expect(seen.at(-1)).toBe(200), { timeout: 10_000 })
      following.abort()
      await followed

      expect(seen).toEqual(upTo(200))
    })

    test('refuses to follow a run that is not there', async () => {
      await expect(followRun(client, { id: 'nothere' }, () => {}, AbortSignal.abort())).resolves.toBeUndefined()
      await expect(followRun(client, { id: 'nothere' }, () => {}, new AbortController().signal)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    })

    test('carries megabytes both ways', async () => {
      const params = { text: 'ä'.repeat(2_000_000), list: upTo(50_000) }

      const run = await client.runs.create({ prompt: 'big', params })

      expect(run.params).toEqual(params)
    })

    test('answers 1,000 calls made at once, each with its own answer', async () => {
      const runs = await Promise.all(upTo(1000).map((n) => client.runs.create({ prompt: `number ${n}` })))

      expect(runs.map((run) => run.title)).toEqual(upTo(1000).map((n) => `number ${n}`))
    })
  })
}
