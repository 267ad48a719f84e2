import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import { PAGE_POLICY } from './src/shared/page-policy.ts'

// electron-vite reads Electron's version to choose build targets; the headless build must also work where that package is not installed.
process.env.ELECTRON_MAJOR_VER ??= '45'

/** Puts the policy first into the built page's head. Builds only: the development server runs scripts of its own in the page. */
const pagePolicy = (): Plugin => ({
  name: 'page-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: PAGE_POLICY.join('; ') }, injectTo: 'head-prepend' },
  ],
})

const at = (path: string): string => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      target: 'node24',
      sourcemap: true,
      rollupOptions: {
        // Each entry is started by a name: two hosts, the fleet worker, and the threads that platform/entries.ts looks up.
        input: {
          index: at('src/main/index.ts'),
          cli: at('src/main/cli/index.ts'),
          'store-thread': at('src/main/store/sqlite/thread.ts'),
          'heartbeat-thread': at('src/main/workers/heartbeat-thread.ts'),
          'fleet-worker': at('src/main/workers/worker-process.ts'),
          watchdog: at('src/main/platform/watchdog.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node24',
      rollupOptions: { input: { index: at('src/preload/index.ts') }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [react(), pagePolicy()],
    build: { rollupOptions: { input: at('src/renderer/index.html') }, sourcemap: true, minify: true },
  },
})
