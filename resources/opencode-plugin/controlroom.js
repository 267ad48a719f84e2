/**
 * The control room's plugin inside the OpenCode server. It has no dependencies and is copied into the data folder at each start of the server.
 *
 * It keeps the server's secrets out of the environment of an agent's commands, marks those commands with their run, adds the host's configuration
 * to a directory when that is first used, and makes subagents ask: OpenCode hands a session's "deny" rules on to them, but not its "ask" rules.
 *
 * Options: `turns` is the folder in which the host writes one file for each directory with a turn under way; `config` a JSON file with more
 * configuration; `providerTimeoutMs` the limit for a provider's first byte and between two bytes; `restore` variables that the host changed for the
 * server only, with the value that commands get (null: none).
 */
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Variables of the server that no command needs. */
const SECRET_NAMES =
  /^(OPENCODE_SERVER_(PASSWORD|USERNAME)|OPENCODE_CONFIG_CONTENT|OPENCODE_AUTH_CONTENT|OPENCODE_CONSOLE_TOKEN|ANTHROPIC_AUTH_TOKEN|AWS_BEARER_TOKEN_BEDROCK|HF_TOKEN|.*_API_KEY)$/

/** What a subagent may do only after asking. */
const ASKED = ['edit', 'bash', 'webfetch', 'websearch', 'codesearch', 'external_directory']
/** Agents that are no subagents, or that OpenCode keeps for itself. */
const NOT_SUBAGENTS = new Set(['build', 'plan', 'title', 'summary', 'compaction'])

export const ControlRoom = async ({ directory }, options = {}) => {
  const turnFile = join(options.turns, `${createHash('sha256').update(realPath(directory)).digest('hex').slice(0, 32)}.json`)
  // Tells the host that this directory is under its care.
  writeFileSync(turnFile.replace(/json$/, 'seen'), '')
  const keys = new Set()

  return {
    config: async (config) => {
      merge(config, readJson(options.config) ?? {})
      config.provider ??= {}
      // Who signed in with `opencode auth login` need not have configured anything else.
      for (const id of Object.keys(readJson(join(dataHome(), 'opencode', 'auth.json')) ?? {})) config.provider[id] ??= {}
      for (const provider of Object.values(config.provider)) {
        provider.options ??= {}
        provider.options.headerTimeout ??= options.providerTimeoutMs
        provider.options.chunkTimeout ??= options.providerTimeoutMs
        if (typeof provider.options.apiKey === 'string' && provider.options.apiKey.length >= 8) keys.add(provider.options.apiKey)
      }
      config.agent ??= {}
      for (const name of new Set(['general', 'explore', ...Object.keys(config.agent)])) {
        if (NOT_SUBAGENTS.has(name) || config.agent[name]?.mode === 'primary') continue
        config.agent[name] = { ...config.agent[name], permission: asking(config.agent[name]?.permission, name) }
      }
    },
    'shell.env': async (_input, output) => {
      for (const [name, value] of Object.entries(process.env)) if (SECRET_NAMES.test(name) || keys.has(value)) output.env[name] = undefined
      for (const [name, value] of Object.entries(options.restore ?? {})) output.env[name] = value ?? undefined
      const turn = readJson(turnFile)
      if (turn) Object.assign(output.env, { RUN_ID: turn.runId, RUN_ATTEMPT_ID: turn.attemptId })
    },
  }
}

/** An agent's own permissions with every freedom of `ASKED` turned into a question; what it forbids stays forbidden. */
function asking(own, name) {
  const rules = typeof own === 'string' ? { '*': own } : { ...own }
  const fallback = typeof rules['*'] === 'string' ? rules['*'] : name === 'explore' ? 'explore' : 'allow'
  for (const permission of ASKED) {
    const rule = rules[permission] ?? fallback
    if (rule === 'explore' && permission === 'edit') continue
    if (rule === 'deny') rules[permission] = 'deny'
    else if (typeof rule === 'object') rules[permission] = { '*': 'ask', ...onlyDenials(rule) }
    else rules[permission] = 'ask'
  }
  return rules
}

const dataHome = () => process.env.XDG_DATA_HOME || join(process.env.HOME || homedir(), '.local', 'share')

const onlyDenials = (rule) => Object.fromEntries(Object.entries(rule).filter(([, action]) => action === 'deny'))

/** Lays `extra` over `target`, object by object. */
function merge(target, extra) {
  for (const [key, value] of Object.entries(extra)) {
    if (isObject(value) && isObject(target[key])) merge(target[key], value)
    else target[key] = value
  }
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

function realPath(directory) {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}
