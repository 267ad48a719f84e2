import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { AppError, isAppError } from '../../shared/models/index.ts'
import { type CoreApi, createHttpDoor, createRouter, createSocketServer, errorBody, requestPath, sendError } from '../ipc/index.ts'
import type { Logger } from '../platform/index.ts'
import { createAccess, type Tokens } from './access.ts'
import { createPageServer } from './page-files.ts'
import { checkPlace } from './request-place.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { SESSION_PATH, serveSession } from './session-route.ts'
import { dropDeadSockets } from './socket-liveness.ts'

/** Largest request body and WebSocket message, in bytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024
/** How long open sockets may take to close before they are cut, in milliseconds. */
const CLOSE_GRACE_MS = 500

export interface ServerOptions {
  /** Address to listen on. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly tokens: Tokens
  readonly pageFolder: string
  readonly logger: Logger
  readonly maxBodyBytes?: number
}

export interface HeadlessServer {
  /** Where a browser or script on this machine reaches it. */
  readonly url: string
  readonly port: number
  /** Begins to answer. What was asked before waits for this. */
  serve(core: CoreApi): void
  /** Ends all streams and sockets and frees the port. */
  close(): Promise<void>
}

type Doors = {
  http: ReturnType<typeof createHttpDoor>
  socket: ReturnType<typeof createSocketServer>
}

/**
 * Listens, and serves the page, the HTTP API and the WebSocket on one port.
 *
 * @throws AppError CONFLICT when the port is taken, VALIDATION_FAILED when the address is not this machine's
 */
export async function openServer(options: ServerOptions): Promise<HeadlessServer> {
  const { logger, maxBodyBytes = MAX_BODY_BYTES } = options
  const access = createAccess(options.tokens)
  const servePage = createPageServer(options.pageFolder)
  const { promise: doors, resolve: openDoors } = Promise.withResolvers<Doors>()

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setSecurityHeaders(response)
    const path = requestPath(request)
    const isApi = path === '/api' || path.startsWith('/api/')
    checkPlace(request, options.host, !isApi && path !== SESSION_PATH)
    if (isApi) await (await doors).http(request, response, { principal: access.ofRequest(request) })
    else if (path === SESSION_PATH) await serveSession(request, response, access)
    else servePage(request, response)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!isAppError(error)) logger.error({ err: error }, 'a request could not be answered')
      sendError(response, isAppError(error) ? error : new AppError('INTERNAL', 'The request could not be answered.'))
    })
  })

  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxBodyBytes, perMessageDeflate: false })
  const stopLooking = dropDeadSockets(sockets)
  // Node forgets a connection that is being upgraded, and would wait for it when it closes.
  const upgraded = new Set<Duplex>()
  server.on('upgrade', (request, stream, head) => {
    upgraded.add(stream)
    stream.once('close', () => upgraded.delete(stream))
    stream.on('error', () => stream.destroy())
    try {
      checkPlace(request, options.host, false)
      if (requestPath(request) !== '/ws') throw new AppError('NOT_FOUND', 'The WebSocket is at /ws.')
      const principal = access.ofRequest(request)
      if (principal === null) throw new AppError('UNAUTHORIZED', 'Send the access token of this host as "Authorization: Bearer <token>".')
      void doors.then((open) => sockets.handleUpgrade(request, stream, head, (socket) => open.socket(socket, { principal })))
    } catch (error) {
      refuseUpgrade(stream, isAppError(error) ? error : new AppError('INTERNAL', 'The request could not be answered.'))
    }
  })

  await listen(server, options)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${reachableHost(options.host)}:${port}`,
    port,
    serve(core) {
      const router = createRouter(core)
      openDoors({
        http: createHttpDoor(router, logger, { version: core.version, maxBodyBytes }),
        socket: createSocketServer(router, logger),
      })
    },
    async close() {
      stopLooking()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets.clients) socket.close(1001, 'The host is stopping.')
      const cut = setTimeout(() => {
        for (const stream of upgraded) stream.destroy()
        server.closeAllConnections()
      }, CLOSE_GRACE_MS)
      await closed
      clearTimeout(cut)
    },
  }
}

async function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => resolve())
    })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new AppError('CONFLICT', `Port ${port} is in use; choose another one with --port, or 0 for any that is free.`)
    if (code === 'EACCES') throw new AppError('CONFLICT', `Port ${port} may not be used by you; choose one above 1023 with --port.`)
    throw new AppError('VALIDATION_FAILED', `Cannot listen on ${host}: ${(error as Error).message}; check --host.`, { cause: error })
  }
}

/** An address that listens everywhere is reached on this machine. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return isIP(host) === 6 ? `[${host}]` : host
}

function refuseUpgrade(stream: Duplex, error: AppError): void {
  const body = JSON.stringify(errorBody(error))
  const head = [
    `HTTP/1.1 ${error.status} ${error.code}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
