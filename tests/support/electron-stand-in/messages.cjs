// ipcMain and the message ports. A port's other end is a port of this process, or one in a page.
const { EventEmitter } = require('node:events')

class MessagePortMain extends EventEmitter {
  #queue = []
  #started = false
  #closed = false
  start() {
    this.#started = true
    for (const data of this.#queue.splice(0)) this.emit('message', { data, ports: [] })
  }
  postMessage(data) {
    if (!this.#closed) this.other.receive(data)
  }
  receive(data) {
    if (this.#closed) return
    if (this.#started) this.emit('message', { data, ports: [] })
    else this.#queue.push(data)
  }
  /** Closing one end closes the other; each tells its owner once. */
  close() {
    if (this.#closed) return
    this.#closed = true
    this.other.close()
    this.emit('close')
  }
}

class MessageChannelMain {
  constructor() {
    this.port1 = new MessagePortMain()
    this.port2 = new MessagePortMain()
    this.port1.other = this.port2
    this.port2.other = this.port1
  }
}

const handlers = new Map()
const ipcMain = Object.assign(new EventEmitter(), {
  handle: (channel, handler) => handlers.set(channel, handler),
  removeHandler: (channel) => handlers.delete(channel),
})

/** The bridge between this process and one page: `toPage` sends it a message. */
function createBridge(toPage) {
  const ports = new Map()
  let lastPort = 0
  const pack = (data) =>
    data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? { bytes: Buffer.from(data.buffer ?? data).toString('base64') } : { data }
  return {
    /** Moves a port to the page: from now on it only passes on what its other end says. */
    transfer(port) {
      lastPort += 1
      const id = `p${lastPort}`
      ports.set(id, port)
      port.receive = (data) => toPage({ port: id, ...pack(data) })
      port.once('close', () => {
        if (ports.delete(id)) toPage({ port: id, closed: true })
      })
      return id
    },
    /** Takes a message of the page. */
    async receive(message, event) {
      const { port, call, channel, args } = message
      if (port) {
        if (!message.closed)
          ports.get(port)?.other.receive('bytes' in message ? new Uint8Array(Buffer.from(message.bytes, 'base64')) : message.data)
        else this.drop(port)
      } else if (!call) ipcMain.emit(channel, event, ...args)
      else {
        try {
          toPage({ reply: call, value: await handlers.get(channel)(event, ...args) })
        } catch (error) {
          toPage({ reply: call, error: error.message })
        }
      }
    },
    drop(id) {
      const port = ports.get(id)
      ports.delete(id)
      port?.close()
    },
    /** The page is gone, and its ports with it. */
    dropAll() {
      for (const id of [...ports.keys()]) this.drop(id)
    },
  }
}

module.exports = { MessageChannelMain, ipcMain, createBridge }
