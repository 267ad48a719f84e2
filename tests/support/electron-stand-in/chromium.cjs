// The line to Chromium: commands of its DevTools protocol, and its events.
const socket = new WebSocket(process.env.STAND_IN_CDP)
const pending = new Map()
const listeners = new Set()
let lastId = 0

exports.connected = new Promise((done) => {
  socket.onopen = () => done()
})

socket.onmessage = ({ data }) => {
  const message = JSON.parse(data)
  if (!message.id) {
    for (const listen of listeners) listen(message)
    return
  }
  const call = pending.get(message.id)
  pending.delete(message.id)
  if (message.error) call.reject(new Error(`${call.method}: ${message.error.message}`))
  else call.resolve(message.result)
}

/** Sends one command, in a session (a page) or to the browser as a whole. */
exports.send = async (method, params, sessionId) => {
  await exports.connected
  lastId += 1
  const id = lastId
  socket.send(JSON.stringify({ id, method, params, sessionId }))
  return new Promise((resolve, reject) => pending.set(id, { method, resolve, reject }))
}

/** Calls `listen` with every event; the returned function ends that. */
exports.listen = (listen) => {
  listeners.add(listen)
  return () => listeners.delete(listen)
}
