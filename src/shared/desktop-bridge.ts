/**
 * How the page in the desktop window comes by its line to the core.
 *
 * The preload exposes `window.controlRoom` (`DesktopBridge`); its absence means that the page runs in a browser. The page first listens for a
 * `message` event on `window` whose `data` is `PORT_MESSAGE`, then calls `connect()`. The event carries one `MessagePort` in `ports[0]`, on which
 * the contract is served. Each call of `connect()` opens a new port and closes the one before, so a page that lost its line calls it again.
 */
export interface DesktopBridge {
  connect(): void
}

/** Name of the bridge on `window`. */
export const BRIDGE_KEY = 'controlRoom'

/** `data` of the window message that carries the port to the page, and the channel on which the main process sends it. */
export const PORT_MESSAGE = 'controlroom:port'

/** Channel on which the preload asks the main process for a port. */
export const CONNECT_CHANNEL = 'controlroom:connect'

/**
 * Path that opens the New run dialog over the board.
 *
 * The desktop leads the page to a screen by changing the fragment of its address: `#/inbox`, `#/runs/<id>`, and this one from tray and menu.
 */
export const NEW_RUN_PATH = '/new-run'
