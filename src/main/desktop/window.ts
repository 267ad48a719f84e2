import { app, BrowserWindow, nativeTheme, screen } from 'electron'
import Store from 'electron-store'
import { builtFile, confineToPage, denyPermissions, pageUrl } from './page.ts'
import { MIN_SIZE, placeWindow, type SavedWindow } from './window-bounds.ts'

/** Milliseconds after the last move or resize until the place is written down. */
const SAVE_DELAY_MS = 500
/** The page's own background in the dark and the light theme, so that opening does not flash. */
const BACKGROUND = { dark: '#0e1116', light: '#f4f5f8' } as const

export interface MainWindow {
  readonly browserWindow: BrowserWindow
  /** Brings the window to the front, from the tray, the taskbar or behind others. */
  show(): void
  /** Shows a screen of the page by its path (`/runs/abc`), in front. */
  open(path: string): void
}

/**
 * Opens the one window of the app, hidden until its page has drawn.
 *
 * The page runs sandboxed, without Node and in a world apart from the preload. Size and place are kept in `window.json` in the folder `cwd`.
 *
 * @param onClose  asked when the person closes the window: false keeps it from closing
 */
export function openWindow(options: { cwd: string; onClose: () => boolean }): MainWindow {
  const store = new Store<{ window?: SavedWindow }>({ name: 'window', cwd: options.cwd, clearInvalidConfig: true })
  const { maximized, ...place } = placeWindow(
    store.get('window'),
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const window = new BrowserWindow({
    ...place,
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    title: app.getName(),
    icon: `${app.getAppPath()}/resources/icon.png`,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    autoHideMenuBar: true,
    show: false,
    webPreferences: {
      preload: builtFile('preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  })
  denyPermissions(window.webContents.session)
  confineToPage(window.webContents)
  if (maximized) window.maximize()
  rememberPlace(window, store)

  window.once('ready-to-show', () => window.show())
  window.on('close', (event) => {
    if (!options.onClose()) event.preventDefault()
  })
  // A page that crashed is a blank window; the core goes on, so a fresh page is as good as the old one.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload()
  })
  void load(window)

  const show = (): void => {
    if (window.isDestroyed()) return
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }
  return {
    browserWindow: window,
    show,
    open(path) {
      show()
      // The page routes by the fragment of its address; changing it keeps the page and all it shows.
      if (!window.isDestroyed()) void window.webContents.executeJavaScript(`location.hash = ${JSON.stringify(path)}`).catch(() => {})
    },
  }
}

/** A development server may still be starting: its page is asked for again until it is there. */
async function load(window: BrowserWindow): Promise<void> {
  const url = pageUrl()
  for (let attempt = 1; !window.isDestroyed(); attempt += 1) {
    try {
      return await window.loadURL(url.href)
    } catch (error) {
      if (url.protocol === 'file:' || attempt === 50) throw error
      await new Promise((done) => setTimeout(done, 200))
    }
  }
}

function rememberPlace(window: BrowserWindow, store: Store<{ window?: SavedWindow }>): void {
  let timer: NodeJS.Timeout | undefined
  const save = (): void => {
    clearTimeout(timer)
    if (!window.isDestroyed()) store.set('window', { bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  }
  const saveLater = (): void => {
    clearTimeout(timer)
    timer = setTimeout(save, SAVE_DELAY_MS)
  }
  window.on('resize', saveLater)
  window.on('move', saveLater)
  window.on('close', save)
}
