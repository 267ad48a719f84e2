import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createHttpOp } from '../../../src/main/ops/http.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { type OpScene, openScene, resultOf } from './scene.ts'

failOnLeftovers()

type Handler = (request: IncomingMessage & { text: string }, response: ServerResponse) => void

/** A real server for the running test; the handler sees the whole body as `text`. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    handler(Object.assign(request, { text }), response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

let scene: OpScene
beforeEach(async () => {
  scene = await openScene(() => [createHttpOp()])
})

describe('a request', () => {
  it('carries its method, headers, JSON body and the attempt as Idempotency-Key, and its answer is kept', async () => {
    const seen: unknown[] = []
    const url = await serve(({ method, headers, text, url: path }, response) => {
      seen.push({ method, path, text, type: headers['content-type'], key: headers['idempotency-key'], own: headers['x-own'] })
      response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': 'a=b' }).end('{"id": 7}')
    })
    const run = await scene.run('http', {
      method: 'POST',
      url: `${url}/items?token=secret`,
      headers: { 'X-Own': 'yes' },
      body: { name: 'lamp' },
    })
    expect(seen).toEqual([
      {
        method: 'POST',
        path: '/items?token=secret',
        text: '{"name":"lamp"}',
        type: 'application/json',
        key: await scene.attemptId(run.id),
        own: 'yes',
      },
    ])
    expect(run).toMatchObject({ status: 'succeeded', message: `POST ${url}/items answered 201 Created` })
    expect(resultOf(run)).toMatchObject({ status: 201, body: '{"id": 7}', sizeBytes: 9, truncated: false })
    expect(resultOf(run).headers).not.toHaveProperty('set-cookie')
    const log = (await scene.events(run.id)).filter(({ kind }) => kind === 'log').map(({ message }) => message)
    expect(log).toEqual([expect.stringContaining('answered 201 Created'), '{"id": 7}'])
  })

  it('sends text as text, and leaves an own key and type alone', async () => {
    const seen: unknown[] = []
    const url = await serve(({ headers, text }, response) => {
      seen.push([text, headers['content-type'], headers['idempotency-key']])
      response.end()
    })
    await scene.run('http', { method: 'PUT', url, body: 'plain' })
    await scene.run('http', { method: 'PUT', url, body: '<a/>', headers: { 'content-type': 'text/xml', 'idempotency-key': 'mine' } })
    expect(seen).toEqual([
      ['plain', 'text/plain; charset=utf-8', expect.any(String)],
      ['<a/>', 'text/xml', 'mine'],
    ])
  })

  it('keeps 64 KB of a long answer in its result, and reads no more than it was told to', async () => {
    const url = await serve((_request, response) => response.end('x'.repeat(300_000)))
    const long = await scene.run('http', { url, maxBytes: 200_000 })
    expect([String(resultOf(long).body).length, resultOf(long).sizeBytes, resultOf(long).truncated]).toEqual([65_536, 200_000, true])
    const logged = (await scene.events(long.id)).filter(({ message }) => message.startsWith('x')).map(({ message }) => message.length)
    expect(logged).toEqual([65_536, 65_536, 65_536, 3_392])
  })

  it('keeps no bytes that are no text', async () => {
    const url = await serve((_request, response) => response.end(Buffer.from([0x89, 0x50, 0, 0xff])))
    expect(resultOf(await scene.run('http', { url }))).toMatchObject({ body: null, sizeBytes: 4 })
  })

  it('succeeds by the statuses it was told to expect', async () => {
    const url = await serve((_request, response) => response.writeHead(404).end())
    const runs = await Promise.all([scene.run('http', { url, expectStatus: [404, 410] }), scene.run('http', { url, expectStatus: 404 })])
    expect(runs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
  })
})

describe('a request that fails', () => {
  it('is tried again when the server was busy, after as long as the server asked for', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked += 1
      if (asked === 1) response.writeHead(503, { 'retry-after': '2' }).end('later')
      else response.end('now')
    })
    const run = await scene.run('http', { url })
    expect(run).toMatchObject({ status: 'succeeded', attempt: 2, maxAttempts: 3 })
    expect((await scene.events(run.id)).map(({ message }) => message)).toContain('Tried again: attempt 2 of 3 in 2 s.')
  })

  it('says what the server asked for', async () => {
    const url = await serve((_request, response) => response.writeHead(429, { 'retry-after': '90' }).end())
    const run = await scene.run('http', { url }, { maxAttempts: 1 })
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'HTTP_STATUS', retryable: true, retryAfterMs: 90_000, data: { status: 429 } },
    })
  })

  it('is not tried again when the server refuses, and keeps what it said', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked += 1
      response.writeHead(403).end('not you')
    })
    const run = await scene.run('http', { url }, { maxAttempts: 3 })
    expect([run.status, run.error?.retryable, asked, resultOf(run).body]).toEqual(['failed', false, 1, 'not you'])
  })

  it('may be tried again when the server is not there', async () => {
    const run = await scene.run('http', { url: 'http://127.0.0.1:1/nothing' }, { maxAttempts: 1 })
    expect(run.error).toMatchObject({
      code: 'HTTP_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('http://127.0.0.1:1/nothing'),
    })
  })

  it('may be tried again when the answer breaks off', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    expect((await scene.run('http', { url }, { maxAttempts: 1 })).error).toMatchObject({ code: 'HTTP_UNREACHABLE', retryable: true })
  })

  it('changes nothing twice by itself: a POST has one attempt', async () => {
    const url = await serve((_request, response) => response.writeHead(500).end())
    expect(await scene.run('http', { method: 'POST', url })).toMatchObject({ status: 'failed', attempt: 1, maxAttempts: 1 })
  })
})

it('a cancel ends a request that is under way', async () => {
  let arrived = (): void => {}
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  let closed = false
  const url = await serve((_request, response) => {
    response.once('close', () => {
      closed = true
    })
    arrived()
  })
  const { id } = await scene.start('http', { url })
  await arrival
  await scene.cancel(id)
  const run = await scene.until(id, 'cancelled', 'failed', 'succeeded')
  expect([run.status, run.outcome, run.error]).toEqual(['cancelled', 'cancelled', null])
  while (!closed) await turn()
})
