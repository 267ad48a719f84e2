import { type Git, must, splitNul } from './git.ts'
import { type Checkout, inCheckout } from './repository.ts'

/**
 * Reads the configuration as it holds in a worktree, includes and all: lower-case key to its last value.
 *
 * The format of `git config --list -z`: key, line break, value, NUL. A key without a value means true.
 */
export async function readConfig(git: Git, checkout: Checkout): Promise<ReadonlyMap<string, string>> {
  const output = await must(git, 'read the configuration', ['config', '--list', '-z'], inCheckout(checkout))
  return new Map(
    splitNul(output).map((entry) => {
      const end = entry.indexOf('\n')
      return end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)]
    }),
  )
}

/** The settings that decide which files git sees and what it takes for the same: a private git folder must agree with the repository on them. */
const SHARED = [
  'core.excludesfile',
  'core.filemode',
  'core.symlinks',
  'core.ignorecase',
  'core.precomposeunicode',
  'core.sharedrepository',
  'core.longpaths',
] as const

/** Writes the configuration file of a private git folder: what it shares with the repository, and nothing that runs or converts anything. */
export function formatPrivateConfig(config: ReadonlyMap<string, string>): string {
  const format = config.get('extensions.objectformat')
  const shared = SHARED.flatMap((key) => {
    const value = config.get(key)
    return value === undefined ? [] : [`\t${key.slice('core.'.length)} = ${quote(value)}`]
  })
  return [
    '[core]',
    `\trepositoryformatversion = ${format ? 1 : 0}`,
    '\tbare = false',
    '\tautocrlf = false',
    '\tsafecrlf = false',
    '\tsparsecheckout = false',
    '\tsplitindex = false',
    ...shared,
    ...(format ? ['[extensions]', `\tobjectformat = ${quote(format)}`] : []),
    '',
  ].join('\n')
}

const quote = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`
