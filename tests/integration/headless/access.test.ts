import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { OPERATOR_TOKEN, openScene, type Scene, WORKER_TOKEN } from './scene.ts'

/** Signs in as the page does and returns the cookie. */
async function signIn({ post }: Scene): Promise<string> {
  const answer = await post('/auth/session', { token: OPERATOR_TOKEN }, null)
  expect(answer.status).toBe(200)
  return answer.headers['set-cookie']?.[0] ?? ''
}

/** Tries to open a WebSocket: `open`, or the status of the refusal. */
async function tryWebSocket({ server }: Scene, headers: Record<string, string>, path = '/ws'): Promise<'open' | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers })
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.terminate()
      resolve('open')
    })
    socket.once('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.once('error', () => {})
  })
}

describe('access to the headless host', () => {
  test('health needs no token, everything else does', async () => {
    const { send } = await openScene()

    expect((await send('GET', '/api/health', { token: null })).status).toBe(200)
    for (const path of ['/api/runs', '/api/openapi.json', '/api/nothing', '/api/runs/../health']) {
      const answer = await send('GET', path, { token: null })
      expect([path, answer.status, (answer.json() as { code: string }).code]).toEqual([path, 401, 'UNAUTHORIZED'])
    }
  })

  test.each(['', 'wrong', `${OPERATOR_TOKEN}x`, OPERATOR_TOKEN.slice(1)])('the token "%s" opens nothing', async (token) => {
    const { send } = await openScene()

    expect((await send('GET', '/api/runs', { token })).status).toBe(401)
  })

  test('a body is not read for a caller without a token', async () => {
    const { post } = await openScene({ maxBodyBytes: 10 })

    expect((await post('/api/runs.create', { prompt: 'much longer than ten bytes' }, null)).status).toBe(401)
  })

  test('a worker may claim and report, and is refused the rest', async () => {
    const { post, send } = await openScene()

    const claimed = await post('/api/runs.claim', { workerId: 'w1', lanes: ['A'], limit: 1 }, WORKER_TOKEN)
    const refused = await send('GET', '/api/runs', { token: WORKER_TOKEN })

    expect(claimed.json()).toEqual({ runs: [] })
    expect(refused.json()).toMatchObject({ code: 'FORBIDDEN', status: 403 })
  })

  test('a browser trades the token for a cookie that no script can read and no other site sends', async () => {
    const scene = await openScene()

    const cookie = await signIn(scene)

    const [pair = '', ...attributes] = cookie.split('; ')
    expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict'])
    expect(pair).not.toContain(OPERATOR_TOKEN)
    expect((await scene.send('GET', '/api/runs', { token: null, headers: { cookie: pair } })).status).toBe(200)
    expect((await scene.send('GET', '/api/runs', { token: null, headers: { cookie: `${pair}x` } })).status).toBe(401)
  })

  test('a page can ask whether it is signed in', async () => {
    const scene = await openScene()
    const [cookie = ''] = (await signIn(scene)).split('; ')
    const ask = async (headers: Record<string, string>) => (await scene.send('GET', '/auth/session', { token: null, headers })).json()

    expect(await ask({ cookie: `other=1; ${cookie}` })).toEqual({ signedIn: true })
    expect(await ask({})).toEqual({ signedIn: false })
  })

  test('a wrong token, a worker token and a body without one get no cookie', async () => {
    const { post } = await openScene()

    const answers = [
      await post('/auth/session', { token: 'wrong' }, null),
      await post('/auth/session', { token: WORKER_TOKEN }, null),
      await post('/auth/session', {}, null),
    ]

    expect(answers.map((answer) => answer.status)).toEqual([401, 403, 400])
    expect(answers.every((answer) => answer.headers['set-cookie'] === undefined)).toBe(true)
  })

  test('a WebSocket opens with a token or the cookie, and only at its own path', async () => {
    const scene = await openScene()
    const [cookie = ''] = (await signIn(scene)).split('; ')
    const bearer = { authorization: `Bearer ${OPERATOR_TOKEN}` }

    expect(await tryWebSocket(scene, bearer)).toBe('open')
    expect(await tryWebSocket(scene, { cookie, origin: scene.server.url })).toBe('open')
    expect(await tryWebSocket(scene, {})).toBe(401)
    expect(await tryWebSocket(scene, bearer, '/other')).toBe(404)
    expect(await tryWebSocket(scene, { cookie, origin: 'http://evil.example' })).toBe(403)
    expect(await tryWebSocket(scene, { ...bearer, host: 'evil.example' })).toBe(403)
  })

  test('a foreign name or origin is refused at every door', async () => {
    const { send } = await openScene()

    for (const path of ['/', '/api/health', '/auth/session']) {
      expect((await send('GET', path, { headers: { host: 'evil.example' } })).status, path).toBe(403)
      expect((await send('GET', path, { headers: { origin: 'http://evil.example' } })).status, path).toBe(403)
    }
  })

  test('a WebSocket gets a working line to the core', async () => {
    const { server, core } = await openScene()
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, { headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } })
    await once(socket, 'open')
    socket.send(JSON.stringify({ i: '1', p: { u: '/host/watch', b: { json: {} } } }))
    await once(socket, 'message')
    expect(core.openStreams).toBe(1)

    socket.terminate()

    await vi.waitFor(() => expect(core.openStreams).toBe(0), { timeout: 10_000 })
  })
})

describe('the page', () => {
  test('is served with a policy that lets nothing foreign in', async () => {
    const { send } = await openScene()

    const page = await send('GET', '/', { token: null })

    expect(page.status).toBe(200)
    expect(page.text).toContain('id="root"')
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    })
    const policy = String(page.headers['content-security-policy']).split('; ')
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "connect-src 'self'"]),
    )
  })

  test('is the answer to the address of every screen, but not to a file that is missing', async () => {
    const { send } = await openScene()

    expect((await send('GET', '/runs/r1', { token: null })).text).toContain('id="root"')
    expect((await send('GET', '/assets/missing.js', { token: null })).status).toBe(404)
    expect((await send('GET', '/%2e%2e/%2e%2e/etc/passwd', { token: null })).text).not.toContain('root:')
    expect((await send('POST', '/', { token: null })).status).toBe(404)
  })

  test('says how to build it when it is not there', async () => {
    const { send } = await openScene({ page: false })

    const answer = await send('GET', '/', { token: null })

    expect(answer.status).toBe(404)
    expect(answer.text).toContain('npm run build')
  })
})
