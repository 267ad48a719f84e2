import { RPCLink } from '@orpc/client/websocket'
import type { Line } from './line.ts'
import type { Session } from './session.ts'

/** Opens a WebSocket to the host that served this page. @throws AccessDeniedError when the host does not know it */
export async function openSocketLine(session: Session): Promise<Line> {
  await session.signIn()
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`)
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve(), { once: true }))
  const opened = new Promise<true>((resolve) => socket.addEventListener('open', () => resolve(true), { once: true }))
  if ((await Promise.race([opened, closed])) !== true) throw new Error('The host did not take the WebSocket.')
  return { link: new RPCLink({ websocket: socket }), closed, close: () => socket.close() }
}
