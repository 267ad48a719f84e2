// Resolves `electron` to the stand-in, for import and require alike.
import { registerHooks } from 'node:module'

globalThis.__playwright_run = () => {} // Playwright calls it when it has connected
const url = new URL('./electron.cjs', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url, format: 'commonjs', shortCircuit: true } : next(specifier, context),
})
