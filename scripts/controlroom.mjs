#!/usr/bin/env node
// The `controlroom` command: brings the build up to date and runs its command line, under a Node that is new enough.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildIfNeeded } from './build-if-needed.mjs'
import { NODE, ROOT } from './toolchain.mjs'

/** The first Node with `node:sqlite` and no flag. */
const LEAST = [22, 13]

const COMMAND_LINE = join(ROOT, 'out/main/cli.js')

const [major, minor] = process.versions.node.split('.').map(Number)
const isNewEnough = major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])

/** Runs the command line as a child, passing signals on and its exit code back. */
function runUnder(node) {
  const child = spawn(node, [COMMAND_LINE, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`${node} cannot be started: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0)
  })
}

if (!isNewEnough && NODE === process.execPath) {
  console.error(`Ops Control Room needs Node ${LEAST.join('.')} or newer, and this is ${process.versions.node}.`)
  process.exitCode = 1
} else if (!(await buildIfNeeded())) {
  process.exitCode = 1
} else if (isNewEnough) {
  await import(pathToFileURL(COMMAND_LINE).href)
} else {
  runUnder(NODE)
}
