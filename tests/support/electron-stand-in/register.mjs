// Resolves `electron` to the stand-in, for import and require alike.
import inspector from 'node:inspector'
import { createRequire, registerHooks } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const url = new URL('./electron.cjs', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url, format: 'commonjs', shortCircuit: true } : next(specifier, context),
})

// Threads of the app come by here too; Electron is for the main thread only.
if (isMainThread) {
  globalThis.__playwright_run = () => {} // Playwright calls it when it has connected
  // Playwright asks for `electron` as soon as it can: the line to it opens only now, or it might catch the module half loaded.
  createRequire(import.meta.url)('./electron.cjs')
  inspector.open(0)
}
