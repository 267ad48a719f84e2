// Builds `out/` when a source is newer than it. Runs on Node 20 too, and costs a few milliseconds when there is nothing to do.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { NODE, ROOT, toolEnv } from './toolchain.mjs'

const SOURCES = ['src', 'package.json', 'package-lock.json', 'electron.vite.config.ts']
/** One file of each part of a build. */
const OUTPUTS = ['out/main/cli.js', 'out/preload/index.cjs', 'out/renderer/index.html']
const BUILDER = 'node_modules/electron-vite/bin/electron-vite.js'
const LOCK = 'out/.building'

/**
 * Makes sure that `out/` is there and up to date. An installation without sources is taken as it is.
 *
 * @param root  the repository or the installed package
 * @param tell  takes the one line that says that a build is made, and what went wrong
 * @returns whether there is a build to run
 */
export async function buildIfNeeded(root = ROOT, tell = console.error) {
  const at = (path) => join(root, path)
  const isBuilt = () => OUTPUTS.every((path) => existsSync(at(path)))
  if (!existsSync(at('src')) || !isStale(root)) return isBuilt() || fail('The build is missing from this installation; install it again.')
  if (!existsSync(at(BUILDER))) return isBuilt() || fail('There is no build yet and nothing to make one with; run "npm install" first.')

  const unlock = await takeTurn(at(LOCK))
  try {
    // Another process may have built while this one waited.
    if (!isStale(root)) return true
    tell('Building Ops Control Room, as its sources have changed; this takes a few seconds.')
    // What is changed while the build runs may not be in it: the build counts as old as its beginning. (Or as a source that claims to be from the future.)
    const asOf = new Date(Math.max(Date.now(), newestSource(root)))
    const { code, output } = await runBuilder(root)
    if (code !== 0) return fail(`${output}\nThe build failed.`)
    for (const path of OUTPUTS) utimesSync(at(path), asOf, asOf)
    return true
  } finally {
    unlock()
  }

  function fail(sentence) {
    tell(sentence)
    return false
  }
}

/** Whether a part of the build is missing, or older than a source. */
export function isStale(root = ROOT) {
  const built = OUTPUTS.map((path) => modifiedAt(join(root, path)) ?? 0)
  return newestSource(root) > Math.min(...built)
}

const newestSource = (root) => Math.max(...SOURCES.map((path) => newestIn(join(root, path))))

/** The latest change of a file, or of anything in a folder. A folder's own time tells what was removed from it. */
function newestIn(path) {
  const own = modifiedAt(path)
  if (own === null) return 0
  let newest = own
  let entries = []
  try {
    entries = readdirSync(path, { withFileTypes: true })
  } catch {
    return own
  }
  for (const entry of entries) {
    const inner = join(path, entry.name)
    newest = Math.max(newest, entry.isDirectory() ? newestIn(inner) : (modifiedAt(inner) ?? 0))
  }
  return newest
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
}

/** Waits until no other process builds here. Returns what gives the turn back; the turn of a process that died is taken. */
async function takeTurn(lock) {
  mkdirSync(join(lock, '..'), { recursive: true })
  for (;;) {
    try {
      const file = openSync(lock, 'wx')
      writeSync(file, String(process.pid))
      closeSync(file)
      return () => rmSync(lock, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!isHeld(lock)) rmSync(lock, { force: true })
    else await pause(100)
  }
}

function isHeld(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    // Empty for the moment between its making and its writing.
    if (pid > 0) process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Runs the builder quietly; its output is shown only when it fails. A signal that ends us ends it too. */
async function runBuilder(root) {
  const child = spawn(NODE, [join(root, BUILDER), 'build'], { cwd: root, env: toolEnv(), stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk))
  const end = (signal) => {
    child.kill(signal)
    rmSync(join(root, LOCK), { force: true })
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  const signals = ['SIGINT', 'SIGTERM']
  for (const signal of signals) process.on(signal, end)
  try {
    const code = await new Promise((done) => {
      child.on('error', () => done(1))
      child.on('close', (exitCode) => done(exitCode ?? 1))
    })
    return { code, output: Buffer.concat(chunks).toString().trim() }
  } finally {
    for (const signal of signals) process.removeListener(signal, end)
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = (await buildIfNeeded()) ? 0 : 1
}
