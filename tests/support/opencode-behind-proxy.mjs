#!/usr/bin/env node
/**
 * Stands in for the OpenCode binary: starts the real one (`REAL_OPENCODE`) and puts a line between it and the caller that can be cut.
 *
 * SIGUSR2 cuts every event stream and refuses new ones for `CUT_MS`. Everything else passes.
 */
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'

const real = spawn(process.env.REAL_OPENCODE, process.argv.slice(2), { stdio: ['ignore', 'pipe', 'inherit'] })
real.once('exit', (code) => process.exit(code ?? 1))
const port = await new Promise((resolve) => {
  let text = ''
  real.stdout.on('data', (chunk) => {
    text += chunk
    const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(text)
    if (found) resolve(Number(found[1]))
  })
})

const streams = new Set()
let cutUntil = 0
process.on('SIGUSR2', () => {
  cutUntil = Date.now() + Number(process.env.CUT_MS)
  for (const socket of streams) socket.destroy()
})

const proxy = createServer((near) => {
  const far = connect(port, '127.0.0.1')
  near.on('data', (chunk) => {
    if (!chunk.includes('GET /global/event')) return
    streams.add(near)
    if (Date.now() < cutUntil) near.destroy()
  })
  near.pipe(far).pipe(near)
  for (const [one, other] of [
    [near, far],
    [far, near],
  ]) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
  near.on('close', () => streams.delete(near))
})
proxy.listen(0, '127.0.0.1', () => process.stdout.write(`opencode server listening on http://127.0.0.1:${proxy.address().port}\n`))
