import { Notification } from 'electron'
import type { Notice } from './notices.ts'

/**
 * Shows desktop notifications; a click on one opens its run.
 *
 * @param isWatching  true while the person looks at the window, which then says it already
 */
export function createNotifier(options: { isWatching: () => boolean; onOpen: (runId: string) => void }): (notice: Notice) => void {
  // A notification without a reference is collected as garbage and then its click goes nowhere.
  const shown = new Set<Notification>()
  return ({ runId, title, body }) => {
    if (!Notification.isSupported() || options.isWatching()) return
    const notification = new Notification({ title, body })
    const forget = (): void => {
      shown.delete(notification)
    }
    shown.add(notification)
    notification.on('click', () => {
      forget()
      options.onOpen(runId)
    })
    notification.on('close', forget)
    notification.on('failed', forget)
    notification.show()
  }
}
