import { describe, expect, test } from 'vitest'
import { contract } from '../../../src/shared/contract/index.ts'
import { openScene, WORKER_TOKEN } from './scene.ts'

describe('the HTTP API', () => {
  test('answers calls with 200 and JSON', async () => {
    const { post, get } = await openScene()

    const created = await post('/api/runs.create', { prompt: 'Add a test', lane: 'B' })
    const run = created.json() as { id: string }
    const found = await get(`/api/runs/${run.id}`)

    expect(created).toMatchObject({ status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } })
    expect(run).toMatchObject({ title: 'Add a test', lane: 'B', status: 'queued' })
    expect(found.json()).toEqual(run)
  })

  test('reads numbers and lists from a query', async () => {
    const { get, core } = await openScene()
    for (const _ of [1, 2, 3]) core.addRun()

    const page = await get('/api/runs?limit=2&status=queued&status=running')

    expect(page.status).toBe(200)
    expect((page.json() as { runs: unknown[] }).runs).toHaveLength(2)
  })

  test('answers a refusal of the core with exactly code, message and status', async () => {
    const { get } = await openScene()

    const answer = await get('/api/runs/nothere')

    expect(answer.status).toBe(404)
    expect(answer.json()).toEqual({ code: 'NOT_FOUND', message: 'There is no run nothere.', status: 404 })
  })

  test.each([
    ['a wrong value', '/api/runs?limit=0', /^limit: /],
    ['a word for a number', '/api/runs?limit=many', /^limit: /],
    ['an id that is none', '/api/runs/NO-ID', /^id: an id has lower-case letters and digits only\.$/],
  ])('answers %s with 400 and a sentence that names the field', async (_name, path, sentence) => {
    const { get } = await openScene()

    const answer = await get(path)

    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', status: 400, message: expect.stringMatching(sentence) })
  })

  test('answers a body that is nested without end with 400, and takes one that only looks like it', async () => {
    const { send, post } = await openScene()
    const nested = `{"params":{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`

    const refused = await send('POST', '/api/runs.create', { headers: { 'content-type': 'application/json' }, body: nested })

    expect(refused.status).toBe(400)
    expect(refused.json()).toMatchObject({ code: 'VALIDATION_FAILED', message: 'The body is nested more than 200 levels deep.' })
    const taken = await post('/api/runs.create', { prompt: `say "\\" ${'[{"'.repeat(10_000)}`, runAt: 8_640_000_000_000_000 })
    expect(taken.status).toBe(200)
    expect((await post('/api/runs.create', { prompt: 'x', runAt: 8_640_000_000_000_001 })).status).toBe(400)
  })

  test('answers a body that is missing, broken or not declared as JSON with 400', async () => {
    const { send } = await openScene()
    const json = { 'content-type': 'application/json' }

    const missing = await send('POST', '/api/runs.cancel')
    const broken = await send('POST', '/api/runs.create', { headers: json, body: '{"prompt": ' })
    const form = await send('POST', '/api/runs.create', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '{"prompt":"x"}',
    })
    const list = await send('POST', '/api/runs.create', { headers: json, body: '[]' })

    expect(missing.json()).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringMatching(/^runId: /) })
    expect(broken.json()).toEqual({ code: 'VALIDATION_FAILED', message: 'The body is not valid JSON.', status: 400 })
    expect(form.json()).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringContaining('application/json') })
    expect(list.json()).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringMatching(/^The input: /) })
    expect([missing, broken, form, list].map((answer) => answer.status)).toEqual([400, 400, 400, 400])
  })

  test('answers an unknown path, and a known one with another method, with 404', async () => {
    const { get, post } = await openScene()

    expect((await get('/api/nothing')).json()).toEqual({
      code: 'NOT_FOUND',
      message: 'There is no GET /api/nothing; see /api/openapi.json.',
      status: 404,
    })
    expect((await get('/api/runs.create')).status).toBe(404)
    expect((await post('/api/runs', {})).status).toBe(404)
    expect((await get('/api')).status).toBe(404)
  })

  test('answers a body over the limit with 413, whether or not its length was told', async () => {
    const { send, server } = await openScene({ maxBodyBytes: 100_000 })
    const body = JSON.stringify({ prompt: 'x'.repeat(150_000) })
    const told = await send('POST', '/api/runs.create', { headers: { 'content-type': 'application/json' }, body })
    const far = await send('POST', '/api/runs.create', {
      headers: { 'content-type': 'application/json', 'content-length': '99999999' },
    })
    const untold = await fetch(`${server.url}/api/runs.create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer operator-token' },
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit)

    expect(told.json()).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', status: 413 })
    expect([told.status, far.status, untold.status]).toEqual([413, 413, 413])
  })

  test('describes every call of the contract', async () => {
    const { get } = await openScene()

    const document = (await get('/api/openapi.json')).json() as OpenApi

    expect(document.openapi).toMatch(/^3\.1\./)
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toEqual(routesOf(contract).sort())
    for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) {
      expect(Object.keys(operation.responses).sort()).toEqual(['200', 'default'])
    }
    expect(danglingReferences(document)).toEqual([])
  })

  test('describes the input of a call by its schema', async () => {
    const { get } = await openScene()

    const document = (await get('/api/openapi.json')).json() as OpenApi

    const schema = document.paths['/runs.create']?.post?.requestBody?.content['application/json']?.schema
    expect(schema).toMatchObject({ type: 'object', properties: { prompt: { type: 'string' }, lane: { enum: ['A', 'B', 'C', 'D'] } } })
  })

  test('lists the workers, and resets one by its name for an operator only', async () => {
    const { get, post, core } = await openScene()
    const worker = {
      id: 'store',
      name: 'Store',
      kind: 'supervised',
      critical: true,
      state: 'open',
      restarts: 5,
      abandoned: 0,
      lastError: 'The disk is full.',
      nextTryAt: 1_000,
      startedAt: null,
    } as const
    core.workers.list = () => [worker]
    core.workers.reset = () => ({ ...worker, state: 'starting', nextTryAt: null })

    const list = await get('/api/workers')
    const reset = await post('/api/workers.reset', { name: 'Store' })
    const unnamed = await post('/api/workers.reset', {})
    const worked = await post('/api/workers.reset', { name: 'Store' }, WORKER_TOKEN)

    expect(list.json()).toEqual({ workers: [worker] })
    expect(reset).toMatchObject({ status: 200 })
    expect(reset.json()).toMatchObject({ name: 'Store', state: 'starting', nextTryAt: null })
    expect(unnamed.json()).toMatchObject({ code: 'VALIDATION_FAILED', status: 400, message: expect.stringMatching(/^name: /) })
    expect(worked.status).toBe(403)
  })

  test('answers 200 requests that come at once', async () => {
    const { get } = await openScene()

    const answers = await Promise.all(Array.from({ length: 200 }, () => get('/api/projects')))

    expect(answers.every((answer) => answer.status === 200)).toBe(true)
  })
})

interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
}
interface Operation {
  readonly responses: object
  readonly requestBody?: { content: Record<string, { schema: object }> }
}

function routesOf(router: object): string[] {
  return Object.values(router).flatMap((entry) => {
    const route = entry['~orpc']?.route
    return route ? [`${route.method} ${route.path}`] : routesOf(entry)
  })
}

/** Every `$ref` of the document that points at nothing. */
function danglingReferences(document: object): string[] {
  const found: string[] = []
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === '$ref' && typeof inner === 'string' && resolvePointer(document, inner) === undefined) found.push(inner)
      look(inner)
    }
  }
  look(document)
  return found
}

const resolvePointer = (document: object, pointer: string): unknown =>
  pointer
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>(
      (value, part) => (value as Record<string, unknown> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')],
      document,
    )
