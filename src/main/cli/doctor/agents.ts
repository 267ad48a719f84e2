import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isAppError, type Settings } from '../../../shared/models/index.ts'
import { findBinary } from '../../agents/index.ts'
import { run } from '../../platform/index.ts'
import { type Finding, fails, fine, warn } from './finding.ts'

/** Whether the OpenCode binary is there and starts. */
export async function checkOpenCode({ opencode }: Settings): Promise<Finding> {
  const mend = 'Run "npm install" again, or set the path of your own opencode under Settings, OpenCode.'
  try {
    const binary = await findBinary(opencode.binary)
    const { stdout, stderr, code } = await run(binary, ['--version'], { timeoutMs: 30_000 })
    const version = stdout.trim()
    if (code !== 0) return fails(`OpenCode at ${binary} does not start: ${stderr.trim().split('\n')[0] || `exit code ${code}`}`, mend)
    return fine(`OpenCode ${version} at ${binary}`)
  } catch (error) {
    return fails(isAppError(error) ? error.message : `OpenCode cannot be started: ${(error as Error).message}`, mend)
  }
}

/** Whether agents have a model to talk to: one that was chosen, or an account or key from which OpenCode takes its own default. */
export function checkModel({ opencode }: Settings, env: NodeJS.ProcessEnv, home: string = homedir()): Finding {
  if (opencode.model !== null) return fine(`model ${opencode.model}`)
  const configHome = env.XDG_CONFIG_HOME || join(home, '.config')
  const files = [
    env.OPENCODE_CONFIG,
    ...['opencode.json', 'opencode.jsonc', 'config.json'].map((name) => join(configHome, 'opencode', name)),
  ]
  const configured = files.map((file) => /^\s*"model"\s*:\s*"([^"]+)"/m.exec(readText(file))?.[1]).find((model) => model !== undefined)
  if (configured) return fine(`model ${configured}, from OpenCode's configuration`)
  const accounts = readAccounts(join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'opencode', 'auth.json'))
  if (accounts.length > 0) return fine(`OpenCode is signed in with ${accounts.join(', ')} and chooses the model`)
  const key = Object.keys(env).find((name) => /^[A-Z]+_API_KEY$/.test(name) && env[name])
  if (key !== undefined) return fine(`OpenCode chooses a model for ${key}`)
  return warn(
    'no model is configured',
    'Sign in with "opencode auth login" or choose a model under Settings, OpenCode. "controlroom demo" needs none.',
  )
}

function readText(file: string | undefined): string {
  try {
    return file ? readFileSync(file, 'utf8') : ''
  } catch {
    return ''
  }
}

function readAccounts(file: string): string[] {
  try {
    const accounts: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof accounts === 'object' && accounts !== null ? Object.keys(accounts) : []
  } catch {
    return []
  }
}
