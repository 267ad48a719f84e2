import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { killTree, processIdentity, systemClock } from '../../../src/main/platform/index.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

const ROOT = join(import.meta.dirname, '../../..')
const MISSING = ['electron', 'electron-store']

/** A copy of the sources beside everything that is installed, but for Electron. */
function checkoutWithoutElectron(): string {
  const folder = tempFolder('no-electron')
  for (const path of ['src', 'resources', 'package.json']) cpSync(join(ROOT, path), join(folder, path), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!MISSING.includes(name)) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  }
  return folder
}

it('serves from a checkout where neither electron nor electron-store can be resolved', async () => {
  const folder = checkoutWithoutElectron()
  const require = createRequire(join(folder, 'package.json'))
  for (const name of MISSING) expect(() => require.resolve(name)).toThrow(/Cannot find/)

  const host = spawn(
    process.execPath,
    ['src/main/cli/index.ts', 'serve', '--data-dir', join(folder, 'data'), '--port', '0', '--token', 'for-a-test'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  onTestFinished(async () => {
    const identity = processIdentity(host.pid!)
    if (identity) await killTree({ identity }, { clock: systemClock })
  })
  const errors: string[] = []
  host.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  let url: string | undefined
  for await (const line of createInterface({ input: host.stdout })) {
    url = line.match(/^listening on (\S+)$/)?.[1]
    if (url) break
  }
  expect(url, errors.join('')).toBeDefined()
  const health = await fetch(`${url}/api/health`).then((response) => response.json())
  const exited = new Promise((done) => host.once('exit', (code) => done(code)))
  host.kill('SIGTERM')
  expect([health, await exited]).toMatchObject([{ ok: true }, 0])
})
