// What surrounds the windows: tray, menus, dialogs, notifications, shell, screen, sessions. They record what they are told.
const { EventEmitter } = require('node:events')

class NativeImage {
  representations = []
  template = false
  addRepresentation(representation) {
    this.representations.push(representation)
  }
  setTemplateImage(template) {
    this.template = template
  }
  isEmpty() {
    return this.representations.length === 0
  }
  /** The first representation, as it was given. */
  toPNG() {
    return this.representations[0]?.buffer ?? Buffer.alloc(0)
  }
}
const nativeImage = {
  createEmpty: () => new NativeImage(),
  createFromBuffer(buffer, options = {}) {
    const image = new NativeImage()
    image.addRepresentation({ ...options, buffer })
    return image
  },
  createFromPath: () => new NativeImage(),
}

class Tray extends EventEmitter {
  /** All trays there are, for tests. */
  static all = []
  constructor(image) {
    super()
    this.image = image
    Tray.all.push(this)
  }
  setImage(image) {
    this.image = image
  }
  setTitle(title) {
    this.title = title
  }
  setToolTip(text) {
    this.toolTip = text
  }
  setContextMenu(menu) {
    this.menu = menu
  }
  isDestroyed() {
    return !Tray.all.includes(this)
  }
  destroy() {
    if (!this.isDestroyed()) Tray.all.splice(Tray.all.indexOf(this), 1)
  }
}

class Menu {
  static #application = null
  constructor(template = []) {
    this.items = template.map((item) => ({
      enabled: true,
      visible: true,
      type: 'normal',
      ...item,
      ...(Array.isArray(item.submenu) ? { submenu: new Menu(item.submenu) } : {}),
    }))
  }
  static buildFromTemplate(template) {
    return new Menu(template)
  }
  static setApplicationMenu(menu) {
    Menu.#application = menu
  }
  static getApplicationMenu() {
    return Menu.#application
  }
  popup() {}
}

class Notification extends EventEmitter {
  /** All that were shown, for tests. */
  static shown = []
  static isSupported() {
    return true
  }
  constructor(options) {
    super()
    Object.assign(this, options)
  }
  show() {
    Notification.shown.push(this)
    this.emit('show')
  }
  close() {
    this.emit('close')
  }
}

/** A dialog stays open until a test calls its `answer`; `shown` holds all there were. */
const ask =
  (kind) =>
  (...args) =>
    new Promise((answer) => dialog.shown.push({ kind, options: args.at(-1), answer }))
const dialog = {
  shown: [],
  showMessageBox: ask('message'),
  showOpenDialog: ask('open'),
  showSaveDialog: ask('save'),
  showErrorBox(title, content) {
    dialog.shown.push({ kind: 'error', options: { title, content }, answer() {} })
    process.stderr.write(`${title}: ${content}\n`)
  },
}

const shell = {
  /** What would have been opened outside, for tests. */
  opened: [],
  async openExternal(url) {
    shell.opened.push(url)
  },
  async openPath(path) {
    shell.opened.push(path)
    return ''
  },
  showItemInFolder: (path) => shell.opened.push(path),
}

class Session extends EventEmitter {
  webRequest = { onHeadersReceived() {}, onBeforeRequest() {} }
  setPermissionRequestHandler(handler) {
    this.permissionRequestHandler = handler
  }
  setPermissionCheckHandler(handler) {
    this.permissionCheckHandler = handler
  }
  setDevicePermissionHandler(handler) {
    this.devicePermissionHandler = handler
  }
}
const defaultSession = new Session()

const display = {
  id: 1,
  scaleFactor: 1,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 0, width: 1920, height: 1040 },
}
const screen = Object.assign(new EventEmitter(), {
  getAllDisplays: () => [display],
  getPrimaryDisplay: () => display,
  getDisplayMatching: () => display,
})

const nativeTheme = Object.assign(new EventEmitter(), { themeSource: 'system', shouldUseDarkColors: true })
const powerMonitor = new EventEmitter()

module.exports = { Menu, Notification, Tray, defaultSession, dialog, nativeImage, nativeTheme, powerMonitor, screen, shell }
