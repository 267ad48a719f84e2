import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createClients } from '../../../src/main/agents/clients.ts'
import { followEvents } from '../../../src/main/agents/events.ts'
import { watchHealth } from '../../../src/main/agents/health.ts'
import type { ServerEvent } from '../../../src/main/agents/protocol.ts'
import type { Connection } from '../../../src/main/agents/server-process.ts'
import { silentLogger } from '../../../src/main/platform/index.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

/** A server that streams what the test says, and answers its health while `healthy`. */
let streams: ServerResponse[]
let asked: { url: string; authorization: string | undefined }[]
let healthy: boolean
let connection: Connection
let over: AbortController
let clock: ManualClock
let close: () => Promise<void>

beforeEach(async () => {
  streams = []
  asked = []
  healthy = true
  clock = createManualClock()
  const server = createServer((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization })
    if (request.url!.startsWith('/global/health')) return void response.writeHead(healthy ? 200 : 503).end('{}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    streams.push(response)
    send({ payload: { type: 'server.connected', properties: {} } })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  over = new AbortController()
  connection = {
    serverId: 's',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorization: 'Basic secret',
    version: '1.18.0',
    pid: 1,
    process: {} as Connection['process'],
    places: {} as Connection['places'],
    ended: over.signal,
  }
  close = async () => {
    over.abort()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
afterEach(() => close())

const send = (data: object): void => {
  streams.at(-1)!.write(`data: ${JSON.stringify(data)}\n\n`)
}
const idle = (sessionID: string) => ({ directory: '/w', payload: { type: 'session.idle', properties: { sessionID } } })

async function follow() {
  const events: ServerEvent[] = []
  const counts = { reconnected: 0, signs: 0 }
  const warn = vi.spyOn(silentLogger, 'warn')
  const connected = followEvents(connection, await createClients(connection), {
    clock,
    logger: silentLogger,
    onEvent: (event) => events.push(event),
    onSign: () => {
      counts.signs += 1
    },
    onReconnected: () => {
      counts.reconnected += 1
    },
  })
  return { events, counts, warn, connected }
}

test('events come in order, copies left out, unknown ones logged once', async () => {
  const { events, connected, warn } = await follow()
  await connected
  send(idle('one'))
  send({ directory: '/w', payload: { type: 'sync', syncEvent: {} } })
  send({ directory: '/w', payload: { type: 'brand.new', properties: {} } })
  send({ directory: '/w', payload: { type: 'brand.new', properties: {} } })
  send(idle('two'))
  await vi.waitFor(() => expect(events).toHaveLength(2), { timeout: 10_000 })
  expect(events.map((event) => 'sessionID' in event && event.sessionID)).toEqual(['one', 'two'])
  expect(warn.mock.calls.filter(([context]) => (context as { event?: string }).event === 'brand.new')).toHaveLength(1)
  expect(asked[0]!.authorization).toBe('Basic secret')
})

test('a stream that was cut is opened again, and that is told before what comes then', async () => {
  const { events, counts, connected } = await follow()
  await connected
  streams[0]!.destroy()
  await vi.waitFor(async () => {
    await clock.advance(200)
    expect(streams).toHaveLength(2)
  })
  await vi.waitFor(() => expect(counts.reconnected).toBe(1), { timeout: 10_000 })
  send(idle('after'))
  await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 10_000 })
})

test('a stream that falls silent for 30 s is opened again, a heartbeat is no silence', async () => {
  const { counts, connected } = await follow()
  await connected
  for (let i = 0; i < 3; i++) {
    const { signs } = counts
    await clock.advance(20_000)
    send({ payload: { type: 'server.heartbeat', properties: {} } })
    await vi.waitFor(() => expect(counts.signs).toBe(signs + 1), { timeout: 10_000 })
  }
  expect(streams).toHaveLength(1)
  await clock.advance(30_000)
  await vi.waitFor(async () => {
    await clock.advance(200)
    expect(counts.reconnected).toBe(1)
  })
})

test('nothing is opened again once the server has ended', async () => {
  const { connected } = await follow()
  await connected
  over.abort()
  await clock.advance(120_000)
  expect(streams).toHaveLength(1)
  expect(clock.timers).toBe(0)
})

test('a server that does not answer is dead after a minute without any sign of life', async () => {
  const dead = vi.fn()
  const { sign } = watchHealth(connection, { clock, onDead: dead })
  healthy = false
  const probe = async (): Promise<void> => {
    const before = asked.length
    await clock.advance(10_000)
    await vi.waitFor(() => expect(asked.length).toBe(before + 1), { timeout: 10_000 })
    await vi.waitFor(() => expect(clock.timers + dead.mock.calls.length).toBeGreaterThan(0), { timeout: 10_000 })
  }
  for (let i = 0; i < 5; i++) await probe()
  sign()
  for (let i = 0; i < 5; i++) await probe()
  expect(dead).not.toHaveBeenCalled()
  await probe()
  expect(dead).toHaveBeenCalledOnce()
  expect(dead.mock.calls[0]![0]).toContain('has not answered for 60 s')
})

test('a server that answers again is not dead', async () => {
  const dead = vi.fn()
  watchHealth(connection, { clock, onDead: dead })
  for (let i = 0; i < 12; i++) {
    healthy = i % 4 === 0
    await clock.advance(10_000)
    await vi.waitFor(() => expect(asked).toHaveLength(i + 1), { timeout: 10_000 })
    await vi.waitFor(() => expect(clock.timers).toBe(1), { timeout: 10_000 })
  }
  expect(dead).not.toHaveBeenCalled()
})
