import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Principal } from '../ipc/index.ts'

/** Which tokens open this host, and what for. */
export interface Tokens {
  readonly operator: string
  readonly workers?: readonly string[]
}

/** Tells who sent a request. */
export interface Access {
  /** The token's owner, or null. */
  ofToken(token: string): Principal | null
  /** From `Authorization: Bearer`, else from the session cookie; null without either, and for a wrong one. */
  ofRequest(request: IncomingMessage): Principal | null
  /** The `set-cookie` value that signs the browser behind this request in as operator. */
  sessionCookie(request: IncomingMessage): string
}

const digest = (value: string): Buffer => createHash('sha256').update(value).digest()
/** Takes the same time wherever two secrets differ, and whatever their lengths. */
const isSame = (a: Buffer, b: string): boolean => timingSafeEqual(a, digest(b))
/** A browser sends one site's cookies to every port of it, so the name has the port: two hosts on one machine do not sign each other out. */
const cookieName = (request: IncomingMessage): string => `controlroom_${request.socket.localPort}`

/**
 * Creates the gate for a set of tokens.
 *
 * The cookie's value is derived from the operator's token, not the token itself: it survives a restart with the same token, and who reads it cannot
 * tell the token.
 */
export function createAccess(tokens: Tokens): Access {
  const session = createHmac('sha256', tokens.operator).update('controlroom browser session').digest('base64url')
  const operator = digest(tokens.operator)
  const workers = (tokens.workers ?? []).map(digest)
  const sessionDigest = digest(session)

  const ofToken = (token: string): Principal | null => {
    if (isSame(operator, token)) return { role: 'operator' }
    return workers.some((worker) => isSame(worker, token)) ? { role: 'worker' } : null
  }
  return {
    ofToken,
    ofRequest(request) {
      const { authorization } = request.headers
      if (authorization !== undefined) return ofToken(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '')
      const cookie = readCookie(request.headers.cookie ?? '', cookieName(request))
      return cookie !== null && isSame(sessionDigest, cookie) ? { role: 'operator' } : null
    },
    sessionCookie: (request) => `${cookieName(request)}=${session}; Path=/; HttpOnly; SameSite=Strict`,
  }
}

function readCookie(header: string, name: string): string | null {
  const pair = header.split(';').find((part) => part.trimStart().startsWith(`${name}=`))
  return pair === undefined ? null : pair.slice(pair.indexOf('=') + 1).trim()
}
