import { RPCHandler } from '@orpc/server/ws'
import type { WebSocket } from 'ws'
import type { Logger } from '../../platform/index.ts'
import { createCallGuard } from '../call-guard.ts'
import type { CallContext } from '../principal.ts'
import type { AppRouter } from '../router.ts'

/** Bytes that may wait for a slow reader before its streams are held back. */
const HIGH_WATER_BYTES = 1024 * 1024

/**
 * Serves the contract over WebSockets.
 *
 * The returned function serves one open socket. All its streams end when it closes. While a reader leaves more than a megabyte unread,
 * each of its streams waits for its last message to leave before it pulls the next one.
 */
export function createSocketServer(router: AppRouter, logger: Logger): (socket: WebSocket, context: CallContext) => void {
  const guard = createCallGuard(logger)
  const handler = new RPCHandler(router, { clientInterceptors: [guard.call], interceptors: [guard.exchange] })
  return (socket, context) => {
    // A socket that fails also closes; without a listener its error would end the process.
    socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket failed'))
    void handler.upgrade({ addEventListener: socket.addEventListener.bind(socket), send: boundedSend(socket) }, { context })
  }
}

/** Sends in order; what it returns is pending while the reader is behind. oRPC waits for it before it pulls the next value of a stream. */
function boundedSend(socket: WebSocket): (data: string | Uint8Array) => Promise<void> | undefined {
  return (data) => {
    // The callback also comes, with an error, when the socket closes first: the streams then end by themselves.
    const sent = new Promise<void>((resolve) => socket.send(data, () => resolve()))
    return socket.bufferedAmount > HIGH_WATER_BYTES ? sent : undefined
  }
}
