/** The desktop host's entry: what Electron starts. */
import { app, dialog } from 'electron'
import { startDesktop } from './desktop/index.ts'

startDesktop().catch((error: unknown) => {
  dialog.showErrorBox('Ops Control Room cannot start', error instanceof Error ? error.message : String(error))
  app.exit(1)
})
