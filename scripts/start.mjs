// `npm start`: opens the desktop app. Where Electron cannot run, says why and opens the same screen in a browser.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build, NODE, ROOT, rerunOnProjectNode, runTool, toolEnv } from './toolchain.mjs'

const ELECTRON = join(ROOT, 'node_modules/electron')
/** An app that ends sooner than this with an error has not come up at all (a missing library, a refused display). */
const COME_UP_MS = 10_000

/** The runtime's executable, or null while it has not been fetched. */
function electronPath() {
  const name = join(ELECTRON, 'path.txt')
  const path = existsSync(name) ? join(ELECTRON, 'dist', readFileSync(name, 'utf8')) : null
  return path && existsSync(path) ? path : null
}

/** Opens the app and waits for its end. Returns a reason when it could not come up, else null. */
async function openDesktop(args) {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'this machine has no display'
  if (!existsSync(join(ELECTRON, 'install.js'))) return 'the electron package is not installed'
  if (!electronPath()) {
    console.log("Fetching Electron's runtime; this happens once.")
    if ((await runTool(NODE, [join(ELECTRON, 'install.js')])) !== 0 || !electronPath()) return "Electron's runtime could not be downloaded"
  }
  const startedAt = Date.now()
  // Chromium refuses to start its sandbox for root.
  const switches = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const code = await runToEnd(spawn(electronPath(), [...switches, ROOT, ...args], { stdio: 'inherit' }))
  if (code !== 0 && Date.now() - startedAt < COME_UP_MS) return `Electron ended at once with code ${code}`
  process.exitCode = code
  return null
}

/** Starts the headless host and opens its page, token included, in the person's browser. */
async function openInBrowser(args) {
  const host = spawn(NODE, [join(ROOT, 'scripts/controlroom.mjs'), 'serve', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: toolEnv(),
  })
  let isOpened = false
  createInterface({ input: host.stdout }).on('line', (line) => {
    console.log(line)
    const url = line.match(/https?:\/\/\S+#token=\S+/)?.[0]
    if (!url || isOpened) return
    isOpened = true
    openUrl(url)
  })
  process.exitCode = await runToEnd(host)
}

function openUrl(url) {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]]
  // Without a browser to open, the address on screen is what there is.
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}

/** Passes our signals on to a child and resolves to its exit code. */
function runToEnd(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const pass = (signal) => child.kill(signal)
  for (const signal of signals) process.on(signal, pass)
  return new Promise((done) => {
    child.on('error', () => done(1))
    child.on('exit', (code) => done(code ?? 1))
  }).finally(() => {
    for (const signal of signals) process.removeListener(signal, pass)
  })
}

async function main(args) {
  if (!(await build())) {
    process.exitCode = 1
    return
  }
  const reason = await openDesktop(args)
  if (reason === null) return
  console.log(`The desktop window cannot open, because ${reason}: opening the same screen in a browser.`)
  await openInBrowser(args)
}

if (!rerunOnProjectNode(import.meta.filename)) await main(process.argv.slice(2))
