import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, type IpcMainEvent, type Session, shell, type WebContents } from 'electron'

/** The one permission the page gets: copying text by a click. */
const ALLOWED_PERMISSION = 'clipboard-sanitized-write'

/** Files of the built app. The bundle of this module may lie in a folder of its own, so they are found from the app's folder. */
export const builtFile = (...path: readonly string[]): string => join(app.getAppPath(), 'out', ...path)

/** The address of our page: the development server's when electron-vite runs one, else the built file. */
export function pageUrl(): URL {
  const served = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
  return served ? new URL(served) : pathToFileURL(builtFile('renderer', 'index.html'))
}

/** Tells our page, whatever screen it shows, from anything else. */
export function isPage(url: string): boolean {
  const page = pageUrl()
  const other = URL.parse(url)
  if (!other || other.protocol !== page.protocol) return false
  return page.protocol === 'file:' ? other.pathname === page.pathname : other.origin === page.origin
}

/** Tells whether a message came from our page in the main frame of `contents`, not from a frame in it or a page that took its place. */
export function isFromPage(event: IpcMainEvent, contents: WebContents): boolean {
  return event.sender === contents && event.senderFrame === contents.mainFrame && isPage(event.senderFrame.url)
}

/**
 * Keeps the window on our page: no navigation away, no second window, no embedded page.
 *
 * A link to an https address opens in the person's browser instead; everything else goes nowhere.
 */
export function confineToPage(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', (details) => {
    if (isPage(details.url)) return
    details.preventDefault()
    openOutside(details.url)
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

/** Refuses camera, location, notifications of the page and the like. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === ALLOWED_PERMISSION))
  session.setPermissionCheckHandler((_contents, permission) => permission === ALLOWED_PERMISSION)
  session.setDevicePermissionHandler(() => false)
}

function openOutside(url: string): void {
  if (URL.parse(url)?.protocol === 'https:') void shell.openExternal(url)
}
