import type { WebSocket, WebSocketServer } from 'ws'

const PING_MS = 30_000

/** Cuts sockets whose other end is gone without a word (a machine that sleeps, a broken network): they did not answer a ping. Returns what ends this. */
export function dropDeadSockets(server: WebSocketServer): () => void {
  const unanswered = new WeakSet<WebSocket>()
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (unanswered.has(socket)) {
        socket.terminate()
        continue
      }
      unanswered.add(socket)
      socket.once('pong', () => unanswered.delete(socket))
      socket.ping()
    }
  }, PING_MS)
  timer.unref()
  return () => clearInterval(timer)
}
