import { run } from '../platform/index.ts'

/** Where a person's own configuration lies; the rest of `GIT_*` would send git elsewhere. */
const KEPT = new Set(['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM'])

/** What git answered; `ok` when it ended with 0. Output comes without its last line end, which is no part of a path. */
export interface GitReading {
  readonly ok: boolean
  readonly stdout: string
  readonly stderr: string
}

/**
 * Asks git something about a folder. Only for commands that change nothing.
 *
 * The repository may not be trusted yet: its hooks and file monitor are off, and git asks nobody for a password.
 */
export async function readGit(folder: string, args: readonly string[]): Promise<GitReading> {
  const strays = Object.keys(process.env).filter((name) => name.startsWith('GIT_') && !KEPT.has(name))
  const env = {
    ...Object.fromEntries(strays.map((name) => [name, undefined])),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  }
  const config = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false']
  const { code, stdout, stderr } = await run('git', [...config, ...args], { cwd: folder, env, timeoutMs: 30_000 })
  return { ok: code === 0, stdout: stdout.replace(/\n$/, ''), stderr }
}
