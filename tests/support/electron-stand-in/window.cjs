// BrowserWindow: each is a page of Chromium, driven over the DevTools protocol, with the preload before its own scripts.
const { EventEmitter } = require('node:events')
const { readFileSync } = require('node:fs')
const { pathToFileURL } = require('node:url')
const { app } = require('./app.cjs')
const { listen, send } = require('./chromium.cjs')
const { createBridge } = require('./messages.cjs')
const { preloadScript } = require('./page-side.cjs')
const { defaultSession } = require('./surroundings.cjs')

const windows = []
app.windows = () => [...windows]

/** An event that a listener may prevent. */
function preventable(fields = {}) {
  const event = {
    ...fields,
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true
    },
  }
  return event
}

class WebContents extends EventEmitter {
  session = defaultSession
  mainFrame = { url: 'about:blank', postMessage: (channel, message, transfer) => this.postMessage(channel, message, transfer) }
  #bridge = createBridge((message) => this.#toPage(message))
  #openHandler = () => ({ action: 'allow' })
  #stopListening = () => {}
  /** Addresses that this process asked for; any other navigation is the page's own. */
  #asked = new Set()

  constructor(window) {
    super()
    this.window = window
    this.opened = this.#open(window.options)
  }

  async #open({ webPreferences = {}, width = 800, height = 600 }) {
    this.targetId = (await send('Target.createTarget', { url: 'about:blank', width, height })).targetId
    this.sessionId = (await send('Target.attachToTarget', { targetId: this.targetId, flatten: true })).sessionId
    this.#stopListening = listen((message) => {
      if (message.sessionId === this.sessionId) this.#onPageEvent(message)
      else this.#onTargetEvent(message)
    })
    await send('Target.setDiscoverTargets', { discover: true })
    await this.call('Page.enable')
    await this.call('Runtime.enable')
    await this.call('Runtime.addBinding', { name: '__standInSend' })
    // Documents only: this is how a navigation can be seen before it happens.
    await this.call('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document', requestStage: 'Request' }] })
    const preload = webPreferences.preload ? readFileSync(webPreferences.preload, 'utf8') : ''
    await this.call('Page.addScriptToEvaluateOnNewDocument', { source: preloadScript(preload) })
  }

  call(method, params = {}) {
    return send(method, params, this.sessionId)
  }

  async #onPageEvent({ method, params }) {
    if (method === 'Page.loadEventFired') {
      this.emit('did-finish-load')
      this.window.emit('ready-to-show')
    } else if (method === 'Page.frameNavigated' && !params.frame.parentId) {
      this.mainFrame.url = params.frame.url
      this.#bridge.dropAll()
    } else if (method === 'Page.navigatedWithinDocument') this.mainFrame.url = params.url
    else if (method === 'Fetch.requestPaused') await this.#onNavigation(params)
    else if (method === 'Inspector.targetCrashed') this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 })
    else if (method === 'Runtime.bindingCalled' && params.name === '__standInSend') this.#onMessage(JSON.parse(params.payload))
  }

  #onTargetEvent({ method, params }) {
    if (method === 'Target.targetDestroyed' && params.targetId === this.targetId) this.window.destroy()
  }

  #onMessage(message) {
    if ('open' in message) this.#openHandler({ url: message.open, disposition: 'foreground-tab' })
    else this.#bridge.receive(message, { sender: this, senderFrame: this.mainFrame })
  }

  async #onNavigation({ requestId, request, frameId }) {
    const isMain = frameId === this.targetId
    const event = preventable({ url: request.url, isMainFrame: isMain })
    if (isMain && !this.#asked.delete(request.url.replace(/#.*$/, ''))) this.emit('will-navigate', event, request.url)
    const answer = event.defaultPrevented
      ? ['Fetch.failRequest', { requestId, errorReason: 'Aborted' }]
      : ['Fetch.continueRequest', { requestId }]
    await this.call(...answer).catch(() => {})
  }

  #toPage(message) {
    return this.call('Runtime.evaluate', { expression: `globalThis.__standInReceive?.(${JSON.stringify(message)})` }).catch(() => {})
  }

  async loadURL(url) {
    await this.opened
    const loaded = new Promise((done) => this.once('did-finish-load', done))
    this.#asked.add(url.replace(/#.*$/, ''))
    const { errorText } = await this.call('Page.navigate', { url })
    if (errorText) throw new Error(`${errorText} loading '${url}'`)
    await loaded
  }
  async reload() {
    this.#asked.add(this.mainFrame.url.replace(/#.*$/, ''))
    await this.call('Page.reload')
  }
  async executeJavaScript(code) {
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', { expression: code, awaitPromise: true, returnByValue: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  getURL() {
    return this.mainFrame.url
  }
  send(channel, ...args) {
    this.#toPage({ channel, args })
  }
  postMessage(channel, message, transfer = []) {
    this.#toPage({ channel, args: [message], ports: transfer.map((port) => this.#bridge.transfer(port)) })
  }
  setWindowOpenHandler(handler) {
    this.#openHandler = handler
  }
  isDestroyed() {
    return this.window.isDestroyed()
  }
  /** Playwright closes a page with this: as in Electron it goes past the window's `close` event. */
  close() {
    this.window.destroy()
  }
  release() {
    this.#bridge.dropAll()
    this.#stopListening()
    send('Target.closeTarget', { targetId: this.targetId }).catch(() => {})
  }
}

class BrowserWindow extends EventEmitter {
  #destroyed = false
  #minimized = false
  #maximized = false
  constructor(options = {}) {
    super()
    this.options = options
    this.visible = options.show !== false
    this.focused = false
    this.bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 }
    /** What the taskbar was told last: `{ value, mode }`. */
    this.progressBar = { value: -1, mode: 'none' }
    this.webContents = new WebContents(this)
    windows.push(this)
    app.emit('browser-window-created', {}, this)
  }
  loadURL(url) {
    return this.webContents.loadURL(url)
  }
  loadFile(path) {
    return this.loadURL(pathToFileURL(path).href)
  }
  show() {
    if (!this.visible) {
      this.visible = true
      this.emit('show')
    }
    this.focus()
  }
  hide() {
    if (!this.visible) return
    this.visible = false
    this.focused = false
    this.emit('hide')
  }
  focus() {
    this.focused = true
    this.emit('focus')
  }
  blur() {
    this.focused = false
    this.emit('blur')
  }
  isFocused() {
    return this.focused
  }
  isVisible() {
    return this.visible
  }
  isDestroyed() {
    return this.#destroyed
  }
  minimize() {
    this.#minimized = true
  }
  restore() {
    this.#minimized = false
  }
  isMinimized() {
    return this.#minimized
  }
  maximize() {
    this.#maximized = true
  }
  isMaximized() {
    return this.#maximized
  }
  getBounds() {
    return { ...this.bounds }
  }
  getNormalBounds() {
    return { ...this.bounds }
  }
  setBounds(bounds) {
    Object.assign(this.bounds, bounds)
    this.emit('resize')
  }
  setProgressBar(value, { mode = 'normal' } = {}) {
    this.progressBar = { value, mode }
  }
  /** May be prevented by a listener of `close`. */
  close() {
    const event = preventable()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy() {
    if (this.#destroyed) return
    this.#destroyed = true
    windows.splice(windows.indexOf(this), 1)
    this.webContents.release()
    this.emit('closed')
    if (windows.length === 0) {
      // As in Electron: without a listener the app quits with its last window.
      if (app.listenerCount('window-all-closed') === 0) app.quit()
      else app.emit('window-all-closed')
    }
  }
  static getAllWindows() {
    return [...windows]
  }
  static getFocusedWindow() {
    return windows.find((window) => window.isFocused()) ?? null
  }
  static fromWebContents(contents) {
    return contents?.window ?? null
  }
}

exports.BrowserWindow = BrowserWindow
exports.webContents = {
  fromDevToolsTargetId: (id) => windows.find((window) => window.webContents.targetId === id)?.webContents,
  getAllWebContents: () => windows.map((window) => window.webContents),
}
