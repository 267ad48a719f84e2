import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const PACKAGE = resolve(import.meta.dirname, '../../node_modules/electron')

/**
 * Tells whether tests can run on real Electron here, and if not, why.
 *
 * Looks at the files only: asking the package for its path would download the runtime.
 */
export function electronRuntime(): { readonly path: string } | { readonly reason: string } {
  const name = join(PACKAGE, 'path.txt')
  const path = existsSync(name) ? join(PACKAGE, 'dist', readFileSync(name, 'utf8')) : null
  if (!path || !existsSync(path)) return { reason: "Electron's runtime is not installed; `npx install-electron` fetches it" }
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  return hasDisplay ? { path } : { reason: 'Electron needs a display; `xvfb-run npm test` gives it one' }
}
