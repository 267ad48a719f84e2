import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { app, dialog, nativeTheme } from 'electron'
import { NEW_RUN_PATH } from '../../shared/desktop-bridge.ts'
import { createCore } from '../core.ts'
import { serveMessagePort } from '../ipc/index.ts'
import { dataPaths, systemClock } from '../platform/index.ts'
import { NO_ACTIVITY } from './activity.ts'
import { askToQuit, listenForEnd } from './ending.ts'
import { setApplicationMenu } from './menu.ts'
import { createNotifier } from './notifications.ts'
import { offerPort } from './ports.ts'
import { type TrayAction, trayModel } from './presentation.ts'
import { createQuitter } from './quit.ts'
import { createSettings } from './settings.ts'
import { createTaskbar } from './taskbar.ts'
import { createTray } from './tray.ts'
import { watchLive } from './watch.ts'
import { openWindow } from './window.ts'

const NAME = 'Ops Control Room'

/**
 * Starts the desktop app: one instance, one window, one core.
 *
 * The window opens while the core starts; what the page calls meanwhile waits for it. A second start brings the first one's window to the front.
 */
export async function startDesktop(): Promise<void> {
  const dataDir = chooseFolders()
  app.setName(NAME)
  // Windows shows notifications only for a program that has an id.
  app.setAppUserModelId('controlroom.desktop')
  if (!app.requestSingleInstanceLock()) return app.exit(0)
  await app.whenReady()
  mkdirSync(dataDir, { recursive: true })
  const settings = createSettings(app.getPath('userData'))
  nativeTheme.themeSource = settings.get().theme
  const starting = createCore({ dataDir, host: 'desktop', ports: { settings, clock: systemClock } })
  const watching = new AbortController()

  const quitter = createQuitter(
    starting,
    {
      ask: (question) => askToQuit(main.browserWindow, question),
      keepInTray: () => main.browserWindow.hide(),
      ending() {
        watching.abort()
        main.browserWindow.hide()
        tray.showEnding(`${NAME}: handing runs back…`)
      },
      exit(code) {
        withdrawPort()
        tray.destroy()
        app.exit(code)
      },
    },
    (ms) => new Promise((done) => setTimeout(done, ms)),
  )
  const main = openWindow({
    cwd: app.getPath('userData'),
    onClose() {
      if (quitter.isEnding) return true
      if (settings.get().closeToTray) main.browserWindow.hide()
      else void quitter.request()
      return false
    },
  })
  const act = (action: TrayAction): void => {
    if (action === 'quit') void quitter.request()
    else if (action === 'show') main.show()
    else main.open(action === 'new-run' ? NEW_RUN_PATH : action.open)
  }
  const tray = createTray(trayModel(NO_ACTIVITY), act)
  const taskbar = createTaskbar(main.browserWindow)
  setApplicationMenu({ open: main.open, newRun: () => act('new-run'), logsFolder: dataPaths(dataDir).logs })
  const withdrawPort = offerPort(main.browserWindow.webContents, async (port) => {
    serveMessagePort(await starting, port)
  })
  listenForEnd(quitter, main)

  try {
    const core = await starting
    await watchLive(core.live.watch(undefined, watching.signal), {
      refresh(activity, mirror) {
        tray.show(trayModel(activity))
        taskbar.show(activity)
        const theme = mirror.settings.get('settings')?.theme
        if (theme && theme !== nativeTheme.themeSource) nativeTheme.themeSource = theme
      },
      notify: createNotifier({
        isWatching: () => main.browserWindow.isFocused(),
        onOpen: (runId) => main.open(`/runs/${runId}`),
      }),
    })
  } catch (error) {
    if (quitter.isEnding) return
    dialog.showErrorBox(`${NAME} cannot go on`, error instanceof Error ? error.message : String(error))
    await quitter.end()
  }
}

/**
 * Decides where everything lies and returns the data folder: `CONTROLROOM_DATA_DIR`, or `data` beside the settings.
 *
 * With the variable set, settings and Chromium's own files lie in that folder too, so that instances with different folders never meet.
 */
function chooseFolders(): string {
  const chosen = process.env.CONTROLROOM_DATA_DIR
  if (!chosen) return join(app.getPath('userData'), 'data')
  const userData = resolve(chosen, 'desktop')
  mkdirSync(userData, { recursive: true })
  app.setPath('userData', userData)
  return resolve(chosen)
}
