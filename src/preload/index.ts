/**
 * Hands one message port to the page, and nothing more.
 *
 * Runs sandboxed in a world of its own: the page gets `window.controlRoom.connect()` and the port, never `ipcRenderer`.
 */
import { contextBridge, ipcRenderer } from 'electron'
import { BRIDGE_KEY, CONNECT_CHANNEL, type DesktopBridge, PORT_MESSAGE } from '../shared/desktop-bridge.ts'

const bridge: DesktopBridge = { connect: () => ipcRenderer.send(CONNECT_CHANNEL) }
contextBridge.exposeInMainWorld(BRIDGE_KEY, bridge)

// A port cannot cross the context bridge; a window message can carry it. The page of a file has no origin to name, hence `*`: it goes to this window only.
ipcRenderer.on(PORT_MESSAGE, (event) => window.postMessage(PORT_MESSAGE, '*', [...event.ports]))
