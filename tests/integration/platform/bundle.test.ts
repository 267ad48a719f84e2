import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { dataPaths, startProcess } from '../../../src/main/platform/index.ts'
import { failOnLeftovers, removeFolder, tempFolder } from '../../support/temp.ts'
import { createMark, runs } from './children.ts'

failOnLeftovers()

const at = (path: string) => resolve(import.meta.dirname, path)

/** Bundles a host and the watchdog as `electron.vite.config.ts` does, where node_modules can be found from. */
async function bundle(): Promise<string> {
  const cache = at('../../../node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const outDir = mkdtempSync(join(cache, 'controlroom-bundle-'))
  onTestFinished(() => removeFolder(outDir))
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      rollupOptions: {
        input: { index: at('programs/bundled-host.ts'), watchdog: at('../../../src/main/platform/watchdog.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  })
  return outDir
}

test('a bundled host locks, logs and is cleaned up after by a bundled watchdog', async () => {
  const mark = createMark()
  const outDir = await bundle()
  const dataDir = tempFolder()
  const host = startProcess({ command: process.execPath, args: [join(outDir, 'index.js'), dataDir], env: { [mark.name]: mark.value } })
  host.stderr.resume()
  const line = await new Promise<string>((resolve) => createInterface({ input: host.stdout }).once('line', resolve))
  const found: { watchdog: string; child: number } = JSON.parse(line)

  expect(fileURLToPath(found.watchdog)).toBe(join(outDir, 'watchdog.js'))
  expect(existsSync(join(outDir, 'chunks'))).toBe(true)
  expect(readdirSync(dataDir).sort()).toEqual(['host.lock', 'logs'])
  expect(readFileSync(join(dataPaths(dataDir).logs, 'host.log'), 'utf8')).toContain('The host is ready.')

  process.kill(host.pid, 'SIGKILL')
  await vi.waitFor(() => expect(runs(found.child)).toBe(false), { timeout: 20_000, interval: 50 })
})
