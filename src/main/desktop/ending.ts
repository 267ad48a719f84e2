import { app, type BrowserWindow, dialog, powerMonitor } from 'electron'
import type { QuitQuestion, Quitter } from './quit.ts'
import type { MainWindow } from './window.ts'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Puts the question of a quit to the person; closing it means to keep running. Resolves to whether to quit. */
export async function askToQuit(window: BrowserWindow, { message, detail, buttons }: QuitQuestion): Promise<boolean> {
  const options = { type: 'question' as const, message, detail, buttons: [...buttons], defaultId: 1, cancelId: 1, noLink: true }
  const answer = window.isVisible() ? await dialog.showMessageBox(window, options) : await dialog.showMessageBox(options)
  return answer.response === 0
}

/**
 * Leads every way the app can be told something about its life to one place.
 *
 * A quit of the person (menu, dock, last window) asks; a signal or the end of the system's session does not, for nobody would answer.
 */
export function listenForEnd(quitter: Quitter, main: MainWindow): void {
  app.on('before-quit', (event) => {
    if (quitter.isGone) return
    event.preventDefault()
    void quitter.request()
  })
  // The process lives on in the tray: without this, Electron quits with its last window.
  app.on('window-all-closed', () => {})
  app.on('second-instance', () => main.show())
  app.on('activate', () => main.show())
  for (const signal of SIGNALS) process.on(signal, () => void quitter.end())
  const onShutdown = (event: { preventDefault(): void }): void => {
    // Asks the system for the moments that handing back takes. Electron's types leave the event out.
    event.preventDefault()
    void quitter.end()
  }
  powerMonitor.on('shutdown', onShutdown as () => void)
  main.browserWindow.on('session-end', () => void quitter.end())
}
