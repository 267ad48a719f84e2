import { type IpcMainEvent, ipcMain, MessageChannelMain, type MessagePortMain, type WebContents } from 'electron'
import { CONNECT_CHANNEL, PORT_MESSAGE } from '../../shared/desktop-bridge.ts'
import { isFromPage } from './page.ts'

/**
 * Gives the page its line to the core whenever it asks.
 *
 * Anyone but our page in the window's main frame is refused without an answer. One line at a time: a page that asks again, after a reload say,
 * gets a new port and the old one is closed.
 *
 * @param serve  serves the contract on our end of the channel; what the page says waits until it has resolved, and the port is closed when it rejects
 * @returns takes the offer back and closes the line
 */
export function offerPort(contents: WebContents, serve: (port: MessagePortMain) => Promise<void>): () => void {
  let current: MessagePortMain | undefined
  const onConnect = (event: IpcMainEvent): void => {
    if (!isFromPage(event, contents)) return
    current?.close()
    const { port1, port2 } = new MessageChannelMain()
    current = port1
    void serve(port1).then(
      () => port1.start(),
      () => port1.close(),
    )
    event.senderFrame?.postMessage(PORT_MESSAGE, null, [port2])
  }
  ipcMain.on(CONNECT_CHANNEL, onConnect)
  return () => {
    ipcMain.removeListener(CONNECT_CHANNEL, onConnect)
    current?.close()
  }
}
