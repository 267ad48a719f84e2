#!/usr/bin/env node
// Takes the place of the Electron executable: starts Chromium, then Node with `electron` resolved to the stand-in.
// Called as Playwright's _electron.launch calls Electron: launcher [--switches] <app folder> [app arguments].
const { spawn } = require('node:child_process')
const { mkdtempSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join, resolve } = require('node:path')

const [appFolder, ...appArgs] = process.argv.slice(2).filter((arg) => !/^--(inspect|remote-debugging-port|no-sandbox)/.test(arg))
const folder = resolve(appFolder)
const entry = join(folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).main)
const profile = mkdtempSync(join(tmpdir(), 'stand-in-'))
const chromium = spawn(
  process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-port=0',
    '--no-startup-window',
    '--no-first-run',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
    // Electron lets a page of a file load its module scripts; Chromium by itself does not.
    '--allow-file-access-from-files',
    `--user-data-dir=${profile}`,
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] },
)

let node
let said = ''
const end = (code) => {
  const leave = () => {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    process.exit(code)
  }
  if (chromium.exitCode !== null || chromium.signalCode !== null) return leave()
  chromium.once('exit', leave)
  chromium.kill('SIGKILL')
}
chromium.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
chromium.on('exit', () => {
  // Without its windows the app is of no use to a test; before it has started there is nothing to wait for.
  if (node) node.kill('SIGTERM')
  else {
    process.stderr.write(said)
    process.exit(1)
  }
})
chromium.stderr.on('data', (chunk) => {
  if (node) return
  said += chunk
  const url = said.match(/DevTools listening on (ws:\S+)/)?.[1]
  if (!url) return
  node = spawn(process.execPath, ['--import', join(__dirname, 'register.mjs'), entry, ...appArgs], {
    stdio: 'inherit',
    env: { ...process.env, STAND_IN_CDP: url, STAND_IN_APP: folder },
  })
  process.stderr.write(`DevTools listening on ${url}\n`)
  node.on('exit', (code) => {
    chromium.removeAllListeners('exit')
    end(code ?? 1)
  })
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => (node ? node.kill(signal) : end(1)))
