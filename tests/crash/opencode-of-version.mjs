/**
 * Another OpenCode: the real one, which says of itself that it is of another version.
 *
 * `node opencode-of-version.mjs <real binary> <version> serve ...`
 */
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'

const [binary, version, ...args] = process.argv.slice(2)
const real = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] })
real.once('exit', (code) => process.exit(code ?? 1))
const port = await new Promise((resolve) => {
  let text = ''
  real.stdout.on('data', (chunk) => {
    text += chunk
    const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(text)
    if (found) resolve(Number(found[1]))
  })
})

const server = createServer((near) => {
  const far = connect(port, '127.0.0.1')
  near.on('data', (chunk) => {
    if (!chunk.toString('latin1').startsWith('GET /global/health ')) return void far.write(chunk)
    const body = JSON.stringify({ healthy: true, version })
    near.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  })
  far.pipe(near)
  for (const [one, other] of [
    [near, far],
    [far, near],
  ]) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`opencode server listening on http://127.0.0.1:${server.address().port}\n`))
