import { writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type HeadlessServer, openServer } from '../../../src/main/headless/server.ts'
import { silentLogger } from '../../../src/main/platform/index.ts'
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts'
import { tempFolder } from '../../support/temp.ts'

export const OPERATOR_TOKEN = 'operator-token'
export const WORKER_TOKEN = 'worker-token'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  json(): unknown
}

export interface Scene {
  readonly server: HeadlessServer
  readonly core: FakeCore
  /** Sends a request with exactly these headers, as the operator unless told otherwise. */
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: string | Buffer; token?: string | null },
  ): Promise<Answer>
  get(path: string): Promise<Answer>
  post(path: string, body: unknown, token?: string | null): Promise<Answer>
}

/** A server on a free port with a small page and a fake core, closed when the test ends. */
export async function openScene(options: { maxBodyBytes?: number; page?: boolean } = {}): Promise<Scene> {
  const folder = tempFolder()
  if (options.page !== false) writeFileSync(join(folder, 'index.html'), '<!doctype html><div id="root"></div>')
  const core = createFakeCore()
  const server = await openServer({
    host: '127.0.0.1',
    port: 0,
    tokens: { operator: OPERATOR_TOKEN, workers: [WORKER_TOKEN] },
    pageFolder: folder,
    logger: silentLogger,
    ...(options.maxBodyBytes === undefined ? {} : { maxBodyBytes: options.maxBodyBytes }),
  })
  server.serve(core)
  onTestFinished(() => server.close())

  const send: Scene['send'] = (method, path, { headers = {}, body, token = OPERATOR_TOKEN } = {}) =>
    new Promise((resolve, reject) => {
      const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
      const sent = request(
        { host: '127.0.0.1', port: server.port, method, path, headers: { ...authorization, ...headers }, agent: false },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString()
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) })
          })
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  return {
    server,
    core,
    send,
    get: (path) => send('GET', path),
    post: (path, body, token) =>
      send('POST', path, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...(token === undefined ? {} : { token }),
      }),
  }
}
