import { app, type BrowserWindow } from 'electron'
import type { Activity } from './activity.ts'
import { taskbarProgress } from './presentation.ts'

/** Shows progress on the window's taskbar or dock entry, and on the app's badge how many runs need the person. Tells the system only of changes. */
export function createTaskbar(window: BrowserWindow): { show(activity: Activity): void } {
  let shown = ''
  let badge = 0
  return {
    show(activity) {
      const { value, mode } = taskbarProgress(activity)
      const next = `${value} ${mode}`
      if (next !== shown && !window.isDestroyed()) window.setProgressBar(value, { mode })
      shown = next
      // False on systems without badges, where there is nothing more to do.
      if (activity.needsYou !== badge) app.setBadgeCount(activity.needsYou)
      badge = activity.needsYou
    },
  }
}
