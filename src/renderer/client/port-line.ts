import { RPCLink } from '@orpc/client/message-port'
import { type DesktopBridge, PORT_MESSAGE } from '../../shared/desktop-bridge.ts'
import type { Line } from './line.ts'

/** How long the desktop may take to hand over a port, in milliseconds. */
const HANDOVER_MS = 10_000

/** Asks the desktop for a message port. The window's own code sends it as a message; one from another window is not heeded. */
export async function openPortLine(bridge: DesktopBridge): Promise<Line> {
  const port = await new Promise<MessagePort>((resolve, reject) => {
    const listening = new AbortController()
    const timer = setTimeout(() => {
      listening.abort()
      reject(new Error('The desktop did not hand over a line.'))
    }, HANDOVER_MS)
    const onMessage = (event: MessageEvent<unknown>): void => {
      const [received] = event.ports
      if (event.source !== window || event.data !== PORT_MESSAGE || received === undefined) return
      clearTimeout(timer)
      listening.abort()
      resolve(received)
    }
    window.addEventListener('message', onMessage, { signal: listening.signal })
    bridge.connect()
  })
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>()
  port.addEventListener('close', () => onClosed(), { once: true })
  const link = new RPCLink({ port })
  port.start()
  return {
    link,
    closed,
    close() {
      // A port that is closed here says so to the other side only.
      port.close()
      onClosed()
    },
  }
}
