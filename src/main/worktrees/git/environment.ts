/** Variables outside `GIT_*` that make git start a program of somebody's choice. simple-git refuses them too. */
const PROGRAMS = new Set(['editor', 'visual', 'pager', 'ssh_askpass', 'prefix'])

/** Where a person's own configuration lies; without these a machine set up by them would look unconfigured. */
const KEPT = new Set(['git_config_global', 'git_config_system', 'git_config_nosystem'])

/**
 * The environment of every git process of this room.
 *
 * Ours without what points git elsewhere (`GIT_DIR` and the like: this process may itself have been started by a git hook); messages in English,
 * because some are read; never a question on a terminal; reads leave the index alone.
 */
export function gitEnvironment(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    const lower = name.toLowerCase()
    if (value === undefined || PROGRAMS.has(lower)) continue
    if (lower.startsWith('git_') && !KEPT.has(lower)) continue
    env[name] = value
  }
  return { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', ...changes }
}
