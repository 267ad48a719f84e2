// What runs in the page before anything else: the modules a preload may require, bridged over one binding.
// `pageSide` is sent as text: it sees nothing of this file.

/** Returns the `require` of the preload. */
function pageSide() {
  let calls = 0
  const waiting = new Map()
  const ports = new Map()
  const listeners = new Map()
  const pack = (data) =>
    data instanceof ArrayBuffer || ArrayBuffer.isView(data)
      ? { bytes: btoa(Array.from(new Uint8Array(data.buffer ?? data), (byte) => String.fromCharCode(byte)).join('')) }
      : { data }
  const unpack = (message) => ('bytes' in message ? Uint8Array.from(atob(message.bytes), (sign) => sign.charCodeAt(0)) : message.data)
  const send = (message) => globalThis.__standInSend(JSON.stringify(message))
  const openPort = (id) => {
    const { port1, port2 } = new MessageChannel()
    ports.set(id, port1)
    port1.onmessage = ({ data }) => send({ port: id, ...pack(data) })
    port1.addEventListener('close', () => send({ port: id, closed: true }))
    return port2
  }
  globalThis.__standInReceive = (message) => {
    if (message.reply) {
      const [resolve, reject] = waiting.get(message.reply)
      waiting.delete(message.reply)
      if (message.error) reject(new Error(message.error))
      else resolve(message.value)
    } else if (message.port) {
      if (message.closed) ports.get(message.port)?.close()
      else ports.get(message.port)?.postMessage(unpack(message))
    } else {
      const event = { ports: (message.ports ?? []).map(openPort) }
      for (const listen of listeners.get(message.channel) ?? []) listen(event, ...message.args)
    }
  }
  const electron = {
    contextBridge: {
      exposeInMainWorld: (key, value) => {
        globalThis[key] = value
      },
    },
    ipcRenderer: {
      invoke: (channel, ...args) =>
        new Promise((resolve, reject) => {
          calls += 1
          waiting.set(calls, [resolve, reject])
          send({ call: calls, channel, args })
        }),
      send: (channel, ...args) => send({ channel, args }),
      on: (channel, listen) => {
        listeners.set(channel, [...(listeners.get(channel) ?? []), listen])
      },
    },
  }
  return (name) => {
    if (name === 'electron' || name === 'electron/renderer') return electron
    throw new Error(`a sandboxed preload may not require ${name}`)
  }
}

/** The script that a page runs before its own. It has no CommonJS beyond what a sandboxed preload has. */
exports.preloadScript = (preload) =>
  `(() => { const require = (${pageSide})(); const exports = {}; const module = { exports }; ${preload} })()`
