import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { AppError } from '../../shared/models/index.ts'

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]'])
const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host.toLowerCase())

/**
 * Refuses requests that came here by a trick.
 *
 * The `Host` must be a name of this machine with our port: a web page whose own name was pointed at this address (DNS rebinding) carries its own name.
 * The `Origin`, which a browser adds and a script need not, must be the same; and what a browser marks as coming from another site, another port
 * of this machine included, gets at nothing but the page's files.
 *
 * @param listenHost  the address the server listens on; on all addresses (`0.0.0.0`), any address and this machine's name will do
 * @param isPage  whether the request is for the page's files, which anyone may link to
 * @throws AppError FORBIDDEN
 */
export function checkPlace(request: IncomingMessage, listenHost: string, isPage: boolean): void {
  const { host, origin } = request.headers
  const site = request.headers['sec-fetch-site']
  if (host === undefined || !isOwnName(host, listenHost, request.socket.localPort)) {
    throw new AppError('FORBIDDEN', 'This host is not known by that name; use the address that it printed when it started.')
  }
  if (origin !== undefined && hostOf(origin) !== host.toLowerCase())
    throw new AppError('FORBIDDEN', 'Pages of other sites may not use this host.')
  if (!isPage && (site === 'cross-site' || site === 'same-site')) {
    throw new AppError('FORBIDDEN', 'Pages of other sites may not use this host.')
  }
}

function isOwnName(host: string, listenHost: string, port: number | undefined): boolean {
  const [, name, givenPort = '80'] = /^(\[[0-9a-f:.]+\]|[^:[\]@/\s]+)(?::(\d{1,5}))?$/i.exec(host) ?? []
  if (name === undefined || Number(givenPort) !== port) return false
  const own = name.toLowerCase()
  if (own === 'localhost' || own === '127.0.0.1' || own === '[::1]' || own === bracketed(listenHost)) return true
  return WILDCARDS.has(listenHost) && (isIP(own.replace(/^\[|\]$/g, '')) !== 0 || own === hostname().toLowerCase())
}

/** `https` is let through: a proxy in front may have ended it. */
function hostOf(origin: string): string | null {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase() ?? null
}
