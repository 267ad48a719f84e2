// The Node that this project runs on, for scripts that may be started by an older one.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..')

/** Node 24 from the `node` package; the running one where that package has no binary for the machine. */
export const NODE =
  [join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')].find(existsSync) ?? process.execPath

/** The environment of a child that shall find the project's tools, and this Node, before any other. */
export const toolEnv = (more = {}) => ({
  ...process.env,
  PATH: [resolve(NODE, '..'), join(ROOT, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter),
  ...more,
})

/** Runs a script again under the project's Node when an older one started it. Returns false when there is no need. */
export function rerunOnProjectNode(script) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18) || NODE === process.execPath) return false
  const child = spawn(NODE, [script, ...process.argv.slice(2)], { stdio: 'inherit', env: toolEnv() })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 1))
  return true
}

/** Runs a program to its end with our own output; resolves to its exit code, 1 for one that could not start or was killed. */
export function runTool(command, args, env = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env: toolEnv(env) })
    child.on('error', (error) => {
      console.error(error.message)
      done(1)
    })
    child.on('exit', (code) => done(code ?? 1))
  })
}

/** Builds `out/` when a source is newer than it. Resolves to whether it is there. */
export const build = async () => (await runTool(NODE, ['scripts/build-if-needed.mjs'])) === 0
