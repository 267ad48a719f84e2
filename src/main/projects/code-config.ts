import { parseJsonc } from './jsonc.ts'

/** What an OpenCode configuration file starts: lines for a person, and every word in it that may name a file of the repository. */
export interface ConfiguredCode {
  readonly lines: readonly string[]
  readonly words: readonly string[]
}

/**
 * Reads what a configuration file of the repository would run: MCP servers, plugins, formatters, language servers, provider packages.
 *
 * What cannot be read is said, not skipped: OpenCode may read more than we do.
 */
export function readConfiguredCode(file: string, text: string): ConfiguredCode {
  let config: unknown
  try {
    config = parseJsonc(text)
  } catch {
    return { lines: [`${file}: cannot be read as JSON, look at it yourself`], words: [] }
  }
  const lines: string[] = []
  const words: string[] = []
  const add = (title: string, command: readonly string[]): void => {
    lines.push(`${file}: ${title}: ${command.join(' ')}`)
    words.push(...command)
  }
  for (const [section, title] of SECTIONS) {
    for (const [name, entry] of entriesOf(fieldOf(config, section))) {
      const command = stringsOf(fieldOf(entry, 'command'))
      if (command.length > 0 && fieldOf(entry, 'enabled') !== false && fieldOf(entry, 'disabled') !== true)
        add(`${title} "${name}"`, command)
    }
  }
  for (const [, entry] of entriesOf(fieldOf(config, 'plugin'))) {
    // A plugin is named alone, or with options behind it.
    const name = Array.isArray(entry) ? entry[0] : entry
    if (typeof name === 'string') add('plugin', [name])
  }
  for (const [name, entry] of entriesOf(fieldOf(config, 'provider'))) {
    const npm = fieldOf(entry, 'npm')
    if (typeof npm === 'string') add(`package of the provider "${name}"`, [npm])
  }
  return { lines, words }
}

const SECTIONS = [
  ['mcp', 'MCP server'],
  ['formatter', 'formatter'],
  ['lsp', 'language server'],
] as const

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined

const entriesOf = (value: unknown): [string, unknown][] => (typeof value === 'object' && value !== null ? Object.entries(value) : [])

const stringsOf = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((word): word is string => typeof word === 'string') : []
