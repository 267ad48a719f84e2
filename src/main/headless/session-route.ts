import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { AppError } from '../../shared/models/index.ts'
import { readJsonBody } from '../ipc/index.ts'
import type { Access } from './access.ts'

export const SESSION_PATH = '/auth/session'

const Trade = z.object({ token: z.string().min(1).max(1_000) })

/**
 * Signs a browser in: `POST {token}` trades the operator's token for a cookie that no script can read.
 *
 * `GET` says whether the browser is signed in. It is no failure when it is not: a page asks this before it opens its WebSocket, whose refusal
 * would not tell it why.
 *
 * @throws AppError UNAUTHORIZED for a wrong token, FORBIDDEN for a worker's
 */
export async function serveSession(request: IncomingMessage, response: ServerResponse, access: Access): Promise<void> {
  if (request.method === 'POST') {
    const { data } = Trade.safeParse(await readJsonBody(request, 10_000))
    if (data === undefined) throw new AppError('VALIDATION_FAILED', 'Send {"token": "..."}.')
    const principal = access.ofToken(data.token)
    if (principal === null)
      throw new AppError('UNAUTHORIZED', 'This token does not open this host; open the link that it printed when it started.')
    if (principal.role !== 'operator') throw new AppError('FORBIDDEN', 'A worker token does not open the page; use an operator token.')
    response.setHeader('set-cookie', access.sessionCookie(request))
  } else if (request.method !== 'GET') {
    throw new AppError('NOT_FOUND', `There is no ${request.method} ${SESSION_PATH}.`)
  }
  const signedIn = request.method === 'POST' || access.ofRequest(request)?.role === 'operator'
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify({ signedIn }))
}
