// The app's life: ready, the order of events when it quits, and the single-instance lock.
const { EventEmitter } = require('node:events')
const { mkdirSync, readFileSync, rmSync, watch, writeFileSync, readdirSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { connected } = require('./chromium.cjs')

const appFolder = process.env.STAND_IN_APP
const readManifest = () => JSON.parse(readFileSync(join(appFolder, 'package.json'), 'utf8'))

const isRunning = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

class App extends EventEmitter {
  isPackaged = false
  name = readManifest().name
  badgeCount = 0
  #paths = new Map([
    ['userData', join(tmpdir(), `stand-in-user-${process.getuid?.() ?? 0}`)],
    ['temp', tmpdir()],
    ['home', process.env.HOME ?? tmpdir()],
  ])
  #ready = false
  #ending = false
  /** Set by `window.cjs`: all open windows. */
  windows = () => []
  commandLine = { appendSwitch() {}, hasSwitch: () => false, getSwitchValue: () => '' }
  constructor() {
    super()
    this.ready = connected.then(() => {
      this.#ready = true
      this.emit('ready', {}, {})
    })
  }
  whenReady() {
    return this.ready
  }
  isReady() {
    return this.#ready
  }
  getPath(name) {
    return this.#paths.get(name) ?? join(this.getPath('userData'), name)
  }
  setPath(name, path) {
    this.#paths.set(name, path)
  }
  getAppPath() {
    return appFolder
  }
  getName() {
    return this.name
  }
  setName(name) {
    this.name = name
  }
  getVersion() {
    return readManifest().version
  }
  getLocale() {
    return 'en-US'
  }
  setAppUserModelId() {}
  setDesktopName() {}
  setBadgeCount(count) {
    this.badgeCount = count
    return true
  }
  getBadgeCount() {
    return this.badgeCount
  }
  focus() {}

  /** One instance for each userData folder; another one leaves its arguments there for the first to find. */
  requestSingleInstanceLock(data) {
    const calls = join(this.getPath('userData'), 'stand-in-second-instances')
    const lock = join(this.getPath('userData'), 'stand-in-lock')
    mkdirSync(calls, { recursive: true })
    for (;;) {
      try {
        writeFileSync(lock, String(process.pid), { flag: 'wx' })
        break
      } catch {
        if (isRunning(Number(readFileSync(lock, 'utf8')))) {
          writeFileSync(join(calls, `${process.pid}.json`), JSON.stringify({ argv: process.argv, cwd: process.cwd(), data }))
          return false
        }
        rmSync(lock, { force: true })
      }
    }
    this.once('quit', () => rmSync(lock, { force: true }))
    const take = () => {
      for (const file of readdirSync(calls)) {
        const text = readFileSync(join(calls, file), 'utf8')
        // The watch also fires between the file's creation and its writing.
        if (text === '') continue
        rmSync(join(calls, file))
        const { argv, cwd, data } = JSON.parse(text)
        this.emit('second-instance', {}, argv, cwd, data)
      }
    }
    this.watcher = watch(calls, take)
    this.watcher.unref()
    return true
  }
  hasSingleInstanceLock() {
    return this.watcher !== undefined
  }

  /** before-quit, then each window is asked to close, then will-quit, then quit; each of the first three may stop it. */
  quit() {
    if (this.#ending || this.#isPrevented('before-quit')) return
    for (const window of this.windows()) {
      window.close()
      if (!window.isDestroyed()) return
    }
    if (!this.#isPrevented('will-quit')) this.exit(0)
  }
  exit(code = 0) {
    if (this.#ending) return
    this.#ending = true
    for (const window of this.windows()) window.destroy()
    this.emit('quit', {}, code)
    // Leaves Chromium a moment to take the last commands.
    setTimeout(() => process.exit(code), 20)
  }
  #isPrevented(name) {
    let prevented = false
    this.emit(name, {
      preventDefault: () => {
        prevented = true
      },
    })
    return prevented
  }
}

exports.app = new App()
