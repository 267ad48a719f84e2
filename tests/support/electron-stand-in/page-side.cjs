// What runs in the page before anything else: the modules a preload may require, bridged over one binding.
// `pageSide` is sent as text: it sees nothing of this file.

/** Returns what the preload finds: its `require` and its `window`. */
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
    port1.onmessage = ({ data }) => send({ port: id, ...pack(data) })
    // Electron tells a page when the other end of its port was closed, and the other end when the page closes it. Chromium alone does neither.
    const close = port2.close.bind(port2)
    port2.close = () => {
      close()
      if (ports.delete(id)) send({ port: id, closed: true })
    }
    ports.set(id, {
      post: (data) => port1.postMessage(data),
      closed: () => {
        ports.delete(id)
        port2.dispatchEvent(new Event('close'))
      },
    })
    return port2
  }
  globalThis.__standInReceive = (message) => {
    if (message.reply) {
      const [resolve, reject] = waiting.get(message.reply)
      waiting.delete(message.reply)
      if (message.error) reject(new Error(message.error))
      else resolve(message.value)
    } else if (message.port) {
      if (message.closed) ports.get(message.port)?.closed()
      else ports.get(message.port)?.post(unpack(message))
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
  // A second window is asked for, never opened: a popup of Chromium would be under way before anyone could refuse it.
  const openWindow = (url) => send({ open: new URL(url, document.baseURI).href })
  globalThis.window.open = (url = 'about:blank') => {
    openWindow(url)
    return null
  }
  globalThis.window.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href][target]')
    if (!link || link.target === '_self' || event.defaultPrevented) return
    event.preventDefault()
    openWindow(link.href)
  })
  const require = (name) => {
    if (name === 'electron' || name === 'electron/renderer') return electron
    throw new Error(`a sandboxed preload may not require ${name}`)
  }
  // The preload's window hands ports over as they are, not as copies, so that the events above reach the page.
  const page = globalThis.window
  const window = new Proxy(page, {
    get(target, key) {
      if (key === 'postMessage') {
        return (data, _origin, transfer = []) => target.dispatchEvent(new MessageEvent('message', { data, ports: transfer, source: page }))
      }
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { require, window }
}

/** The script that a page runs before its own. It has no CommonJS beyond what a sandboxed preload has. */
exports.preloadScript = (preload) =>
  `(() => { const { require, window } = (${pageSide})(); const exports = {}; const module = { exports }; ${preload} })()`
