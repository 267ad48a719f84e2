/** The screen's typed line to the core: a message port in the desktop, a WebSocket in a browser. */
import { createORPCClient } from '@orpc/client'
import { BRIDGE_KEY, type DesktopBridge } from '../../shared/desktop-bridge.ts'
import type { AppClient } from './app-client.ts'
import { type ConnectionState, createConnection } from './connection.ts'
import { openPortLine } from './port-line.ts'
import { createSession } from './session.ts'
import { openSocketLine } from './socket-line.ts'

export type { AppClient } from './app-client.ts'
export type { ConnectionState } from './connection.ts'
export { followRun } from './follow-run.ts'
export { AccessDeniedError, ConnectionLostError } from './line.ts'
export { watchLive } from './watch-live.ts'

export interface ClientConnection {
  readonly client: AppClient
  state(): ConnectionState
  /** Calls back with the state now and after each change. Returns what ends that. */
  onState(listener: (state: ConnectionState) => void): () => void
  /** Looks for the host again at once. */
  retry(): void
  close(): void
}

/**
 * Connects the page to the core and keeps it connected.
 *
 * Returns at once: calls wait up to 5 seconds for the line. A call that was under way when the line broke fails with `ConnectionLostError` and is
 * never sent again by itself; `watchLive` and `followRun` go on where they were.
 */
export function createClient(): ClientConnection {
  const bridge = (window as { [BRIDGE_KEY]?: DesktopBridge })[BRIDGE_KEY]
  const connection = bridge ? createConnection(() => openPortLine(bridge)) : connectBrowser()
  return {
    client: createORPCClient(connection.link),
    state: connection.state,
    onState: connection.onState,
    retry: connection.retry,
    close: connection.close,
  }
}

function connectBrowser(): ReturnType<typeof createConnection> {
  const session = createSession()
  session.takeToken()
  const connection = createConnection(() => openSocketLine(session))
  // A link with a new token, pasted into this tab, changes the fragment only: the page is not loaded again.
  window.addEventListener('hashchange', () => {
    if (session.takeToken()) connection.retry()
  })
  window.addEventListener('online', () => connection.retry())
  return connection
}
