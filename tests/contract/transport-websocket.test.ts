import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { describe, expect, test, vi } from 'vitest'
import { WebSocketServer, WebSocket as WsSocket } from 'ws'
import { type CallContext, createRouter, createSocketServer, OPERATOR } from '../../src/main/ipc/index.ts'
import { silentLogger } from '../../src/main/platform/index.ts'
import type { AppClient } from '../../src/renderer/client/app-client.ts'
import { createFakeCore, type FakeCore } from '../support/fake-core.ts'
import { type ServeDoor, testTransport } from './transport-suite.ts'

const serveSockets: ServeDoor = async (core, logger) => {
  const serve = createSocketServer(createRouter(core), logger)
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket) => serve(socket, OPERATOR))
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const cut = (): void => {
    for (const socket of server.clients) socket.terminate()
  }
  return {
    async openLine() {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`)
      const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()))
      await once(socket, 'open')
      return { link: new RPCLink({ websocket: socket }), closed, close: () => socket.close() }
    },
    cut,
    async close() {
      cut()
      server.close()
    },
  }
}

testTransport('a WebSocket', serveSockets)

/** A server on a free port and one open socket to it. */
async function openSocket(core: FakeCore, context: CallContext): Promise<{ socket: WsSocket; client: AppClient } & Disposable> {
  const serve = createSocketServer(createRouter(core), silentLogger)
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (accepted) => serve(accepted, context))
  await once(server, 'listening')
  const socket = new WsSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await once(socket, 'open')
  return {
    socket,
    client: createORPCClient(new RPCLink({ websocket: socket as unknown as WebSocket })),
    [Symbol.dispose]() {
      socket.terminate()
      server.close()
    },
  }
}

describe('a WebSocket', () => {
  test('holds a stream back while its reader does not read, and loses nothing', async () => {
    const core = createFakeCore()
    using line = await openSocket(core, OPERATOR)
    core.addRun({ id: 'r1' })
    const stream = await line.client.runs.follow({ id: 'r1' })
    await stream.next()
    const count = 2_000
    const text = 'x'.repeat(64 * 1024)
    line.socket.pause()

    // 128 MB, one event at a time: what is pulled without being read lies in buffers.
    for (let n = 1; n <= count; n += 1) {
      core.emit('r1', text)
      await new Promise(setImmediate)
    }
    const pulled = core.pulled
    line.socket.resume()
    const seqs: number[] = []
    for await (const message of stream) {
      if (message.type === 'events') seqs.push(...message.events.map((event) => event.seq))
      if (seqs.length === count) break
    }

    expect(pulled * text.length).toBeLessThan(32 * 1024 * 1024)
    expect(seqs).toEqual(Array.from({ length: count }, (_, at) => at + 1))
  })

  test('gives a worker only what a worker needs', async () => {
    const core = createFakeCore()
    using line = await openSocket(core, { principal: { role: 'worker' } })
    const lease = { runId: 'r1', attemptId: 'a1', leaseToken: 't1' }

    expect(await line.client.runs.claim({ workerId: 'w1', lanes: ['A'], limit: 1 })).toEqual({ runs: [] })
    expect(await line.client.events.append({ ...lease, events: [{ kind: 'log' }] })).toEqual({ lastSeq: 1 })
    await expect(line.client.runs.release(lease)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    await expect(line.client.runs.list({})).rejects.toMatchObject({ code: 'FORBIDDEN', status: 403 })
    await expect(line.client.host.watch({})).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('gives a caller without a token nothing but the health of the host', async () => {
    using line = await openSocket(createFakeCore(), { principal: null })

    expect(await line.client.host.health()).toMatchObject({ ok: true })
    await expect(line.client.runs.list({})).rejects.toMatchObject({ code: 'UNAUTHORIZED', status: 401 })
  })

  test('survives a client that sends no protocol at all', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    using line = await openSocket(createFakeCore(), OPERATOR)

    line.socket.send('nonsense')

    expect(await line.client.host.health()).toMatchObject({ ok: true })
    errors.mockRestore()
  })
})
