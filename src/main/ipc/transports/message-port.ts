import { RPCHandler } from '@orpc/server/message-port'
import { type Logger, silentLogger } from '../../platform/index.ts'
import { createCallGuard } from '../call-guard.ts'
import type { CoreApi } from '../core-api.ts'
import { OPERATOR } from '../principal.ts'
import { type AppRouter, createRouter } from '../router.ts'

/** A port as Electron's main process (`MessagePortMain`) or a Node worker has it. */
export type ServablePort = Parameters<RPCHandler<typeof OPERATOR>['upgrade']>[0]

/**
 * Serves the contract over message ports.
 *
 * The returned function serves one port; the caller starts the port afterwards (`port.start()`). All streams of a port end when it closes.
 */
export function createPortServer(router: AppRouter, logger: Logger): (port: ServablePort) => void {
  const guard = createCallGuard(logger)
  const handler = new RPCHandler(router, { clientInterceptors: [guard.call], interceptors: [guard.exchange] })
  return (port) => handler.upgrade(port, { context: OPERATOR })
}

/** Serves a core over one message port: `createPortServer` for a host that has a single window. Bugs in handlers go to `logger`. */
export function serveMessagePort(core: CoreApi, port: ServablePort, logger: Logger = silentLogger): void {
  createPortServer(createRouter(core), logger)(port)
}
