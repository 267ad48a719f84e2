import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findBinary } from '../src/main/agents/index.ts'
import { opencodeConfig } from '../src/main/demo/scripted-model.ts'

const PASSWORD = 'bench'

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** An OpenCode server as lean as the app's own, started by hand. */
export async function startBareServer(home: string, modelUrl: string) {
  mkdirSync(join(home, 'tmp'), { recursive: true })
  const configDir = join(home, 'config', 'opencode')
  mkdirSync(join(configDir, 'node_modules'), { recursive: true })
  writeFileSync(join(configDir, 'package.json'), JSON.stringify({ dependencies: { '@opencode-ai/plugin': '1.18.33' } }))
  writeFileSync(
    join(configDir, 'package-lock.json'),
    JSON.stringify({ lockfileVersion: 3, packages: { '': { dependencies: { '@opencode-ai/plugin': '1.18.33' } } } }),
  )
  writeFileSync(join(home, 'models.json'), '{}')
  const binary = await findBinary(null)
  // A port of its own: OpenCode would take the one that the app's server had, and connections that were kept to that one fail at their next use.
  const port = await freePort()
  const child = spawn(binary, ['serve', '--hostname', '127.0.0.1', '--port', String(port)], {
    cwd: home,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      HOME: home,
      TMPDIR: join(home, 'tmp'),
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_STATE_HOME: join(home, 'state'),
      OPENCODE_SERVER_PASSWORD: PASSWORD,
      OPENCODE_CONFIG_CONTENT: JSON.stringify(opencodeConfig(modelUrl, { snapshot: false })),
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      OPENCODE_DISABLE_FFF: '1',
      OPENCODE_EXPERIMENTAL_DISABLE_FILEWATCHER: '1',
      OPENCODE_MODELS_PATH: join(home, 'models.json'),
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      OPENCODE_DISABLE_SHARE: '1',
      OPENCODE_DISABLE_CLAUDE_CODE: '1',
      OPENCODE_DISABLE_EXTERNAL_SKILLS: '1',
    },
  })
  let url = ''
  for await (const line of createInterface({ input: child.stdout })) {
    url = line.match(/listening on (http\S+)/)?.[1] ?? ''
    if (url) break
  }
  child.stdout.resume()
  const kill = (): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL')
  }
  // A bench that breaks leaves nothing running either.
  process.once('exit', kill)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  return {
    url,
    headers: { Authorization: `Basic ${Buffer.from(`opencode:${PASSWORD}`).toString('base64')}` },
    async stop(): Promise<void> {
      const exited = new Promise((done) => child.once('exit', done))
      kill()
      await exited
      process.removeListener('exit', kill)
    },
  }
}
