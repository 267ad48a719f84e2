import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createMcpOp } from '../../../src/main/ops/mcp.ts'
import { findMarked } from '../../../src/main/platform/index.ts'
import type { Json, Run } from '../../../src/shared/models/index.ts'
import { type HttpToolServer, startHttpToolServer } from '../../support/mcp/http-server.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { type OpScene, openScene, resultOf } from './scene.ts'

failOnLeftovers()

const PROGRAM = join(import.meta.dirname, '../../support/mcp/stdio-server.ts')
const LOCAL = { command: process.execPath, args: [PROGRAM] }

let scene: OpScene
beforeEach(async () => {
  scene = await openScene((deps) => [createMcpOp(deps)])
})

const call = (server: Json, tool: string, args: Record<string, Json> = {}): Promise<Run> =>
  scene.run('mcp', { server, tool, arguments: args })
const textOf = (run: Run): string => (resultOf(run).content as { text: string }[])[0]!.text
const processesOf = (runId: string) => findMarked({ name: 'RUN_ID', value: runId })

async function remote(): Promise<HttpToolServer> {
  const server = await startHttpToolServer()
  onTestFinished(() => server.close())
  return server
}

describe('a tool of a server that is started for the call', () => {
  it('answers with text and structured content, and the server is gone afterwards', async () => {
    const run = await call(LOCAL, 'add', { a: 2, b: 3 })
    expect(run).toMatchObject({ status: 'succeeded', message: '5' })
    expect(resultOf(run)).toEqual({ content: [{ type: 'text', text: '5' }], structuredContent: { sum: 5 }, truncated: false })
    expect(processesOf(run.id)).toEqual([])
    expect((await scene.events(run.id)).map(({ message }) => message)).toEqual(expect.arrayContaining(['the tools are ready', '5']))
  })

  it('knows the attempt by its environment and by the call, and works in the folder it was told to', async () => {
    const { id } = await scene.start('mcp', { server: { ...LOCAL, env: { GIVEN: 'yes', RUN_ATTEMPT_ID: 'forged' } }, tool: 'about' })
    const run = await scene.until(id, 'succeeded', 'failed')
    const attempt = await scene.attemptId(id)
    expect(JSON.parse(textOf(run))).toEqual({ key: attempt, run: id, attempt, given: 'yes', cwd: join(scene.folder, 'scratch', id) })
  })

  it('is refused a folder outside of the run', async () => {
    mkdirSync(join(scene.folder, 'elsewhere'))
    const run = await call({ ...LOCAL, cwd: '../../elsewhere' }, 'about')
    expect(run).toMatchObject({ outcome: 'validation_failed', error: { message: expect.stringContaining('server.cwd') } })
  })

  it('is heard although its server greets on stdout', async () => {
    expect((await call({ ...LOCAL, args: [PROGRAM, 'greet'] }, 'echo', { say: 'hello' })).message).toBe('hello')
  })

  it('fails by its own word', async () => {
    const run = await call(LOCAL, 'refuse')
    expect(run).toMatchObject({
      status: 'failed',
      outcome: 'error',
      error: { code: 'MCP_TOOL_ERROR', message: 'the database is closed on Sundays' },
    })
  })

  it('is not called with arguments that it does not take', async () => {
    const run = await call(LOCAL, 'add', { a: 'two' })
    expect([run.status, run.error?.message]).toEqual(['failed', expect.stringContaining('add')])
  })

  it('that does not exist is refused with those that do', async () => {
    const run = await call(LOCAL, 'ad')
    expect(run).toMatchObject({ outcome: 'validation_failed', error: { code: 'UNKNOWN_TOOL', retryable: false } })
    expect(run.error?.message).toMatch(/no tool “ad”.* add, /)
  })

  it('shows its progress while it works', async () => {
    const { id } = await scene.start('mcp', { server: LOCAL, tool: 'half' })
    await vi.waitFor(async () => expect(await scene.get(id)).toMatchObject({ progress: 0.5, message: '2 of 4' }), { timeout: 20_000 })
    await scene.cancel(id)
    await scene.until(id, 'cancelled')
  })

  it('is heard in the log when it says something', async () => {
    const run = await call(LOCAL, 'count', { to: 3 })
    expect(run.status).toBe('succeeded')
    expect(await scene.events(run.id)).toContainEqual(expect.objectContaining({ kind: 'log', level: 'warn', message: 'counted' }))
  })
})

describe('a server that does not do its part', () => {
  it('and dies under the call is told with its last words', async () => {
    const run = await call(LOCAL, 'die')
    expect(run).toMatchObject({ status: 'failed', error: { code: 'MCP_SERVER_ENDED' } })
    expect(run.error?.message).toMatch(/ended with code 3 .*out of memory/)
  })

  it('and cannot be started is told, once', async () => {
    const run = await call({ command: 'no-such-mcp-server' }, 'echo')
    expect(run.error).toMatchObject({
      code: 'MCP_SERVER_NOT_STARTED',
      retryable: false,
      message: expect.stringContaining('no-such-mcp-server'),
    })
  })

  it('and is no MCP server at all is told, once it ends', async () => {
    const run = await call({ command: 'echo', args: ['hello'] }, 'echo')
    expect(run.error).toMatchObject({ code: 'MCP_SERVER_ENDED', message: expect.stringContaining('ended with code 0') })
  })
})

it('a cancel ends the call, the server and what it has started, also what does not listen', async () => {
  const { id } = await scene.start('mcp', { server: LOCAL, tool: 'wait' })
  await scene.said(id, 'a child waits')
  expect(processesOf(id).length).toBeGreaterThan(1)
  await scene.cancel(id)
  const run = await scene.until(id, 'cancelled', 'failed', 'succeeded')
  expect([run.status, run.error, processesOf(id)]).toEqual(['cancelled', null, []])
})

describe('a tool of a server that is reached over HTTP', () => {
  it('answers; the call carries the headers and the attempt, and the session is ended', async () => {
    const server = await remote()
    const run = await call({ url: server.url, headers: { 'X-Test': 'sent' } }, 'about')
    const attempt = await scene.attemptId(run.id)
    expect(JSON.parse(textOf(run))).toMatchObject({ key: attempt, header: attempt, sent: 'sent' })
    expect(server.sessions).toBe(0)
  })

  it('fails, is unknown and shows its progress like any other', async () => {
    const { url } = await remote()
    const runs = await Promise.all([call({ url }, 'refuse'), call({ url }, 'nothing'), call({ url }, 'count', { to: 2 })])
    expect(runs.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['error', 'MCP_TOOL_ERROR'],
      ['validation_failed', 'UNKNOWN_TOOL'],
      ['success', undefined],
    ])
  })

  it('may be tried again when the server is busy or not there', async () => {
    const server = await remote()
    server.intercept((_request, response) => void response.writeHead(503, { 'retry-after': '30' }).end('busy'))
    expect((await call({ url: server.url }, 'echo', { say: 'a' })).error).toMatchObject({
      code: 'MCP_HTTP_STATUS',
      retryable: true,
      retryAfterMs: 30_000,
      message: expect.stringContaining('HTTP 503: busy'),
    })
    expect((await call({ url: 'http://127.0.0.1:1/mcp' }, 'echo')).error).toMatchObject({ code: 'MCP_UNREACHABLE', retryable: true })
  })

  it('is not tried again when the server refuses', async () => {
    const server = await remote()
    server.intercept((_request, response) => void response.writeHead(401).end('who are you?'))
    expect((await call({ url: server.url }, 'echo', { say: 'a' })).error).toMatchObject({ code: 'MCP_HTTP_STATUS', retryable: false })
  })

  it('whose answer breaks off is not waited for', async () => {
    const server = await remote()
    server.intercept((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"soon"}}\n\n')
    })
    const run = await call({ url: server.url }, 'echo', { say: 'a' })
    expect(run.error).toMatchObject({ code: 'MCP_CONNECTION_LOST', retryable: true })
    expect((await scene.events(run.id)).map(({ message }) => message)).toContain('soon')
  })

  it('is asked for the rest when its server has said how, and given up after a while', async () => {
    const server = await remote()
    server.intercept((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('id: 1\nretry: 10\ndata: \n\n')
    })
    expect((await call({ url: server.url }, 'echo', { say: 'a' })).error).toMatchObject({ code: 'MCP_CONNECTION_LOST' })
    expect(server.resumes).toBeGreaterThan(0)
  })

  it('is taken back by a cancel', async () => {
    const server = await remote()
    let calls = 0
    server.intercept((_request, response) => {
      calls += 1
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    })
    const { id } = await scene.start('mcp', { server: { url: server.url }, tool: 'echo', arguments: { say: 'a' } })
    await vi.waitFor(() => expect(calls).toBe(1), { timeout: 20_000 })
    await scene.cancel(id)
    expect(await scene.until(id, 'cancelled', 'failed')).toMatchObject({ status: 'cancelled', error: null })
  })
})
