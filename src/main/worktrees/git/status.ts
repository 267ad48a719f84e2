import { type Git, must, splitNul } from './git.ts'
import { type Checkout, inCheckout } from './repository.ts'

/** What `git status` says of a worktree. `head` is null before the first commit, `branch` when detached. Files are relative paths. */
export interface CheckoutStatus {
  readonly head: string | null
  readonly branch: string | null
  /** Changed, staged, conflicting and untracked; a folder that is untracked as a whole ends with a slash. */
  readonly dirtyFiles: readonly string[]
}

/**
 * Reads `git status --porcelain=v2 --branch -z --no-renames`.
 *
 * The path comes after a fixed number of fields and may hold spaces: 8 before it for `1`, 10 for `u`, 1 for `?`. Entries of `2` would be followed
 * by a second path; `--no-renames` keeps them out.
 */
export function parseStatus(output: string): CheckoutStatus {
  let head: string | null = null
  let branch: string | null = null
  const dirtyFiles: string[] = []
  for (const entry of splitNul(output)) {
    const [kind, name] = entry.split(' ', 2)
    if (kind === '#') {
      const value = entry.slice(`# ${name} `.length)
      if (name === 'branch.oid' && value !== '(initial)') head = value
      if (name === 'branch.head' && value !== '(detached)') branch = value
    }
    const fields = kind === '1' ? 8 : kind === 'u' ? 10 : kind === '?' ? 1 : 0
    if (fields > 0) dirtyFiles.push(entry.split(' ').slice(fields).join(' '))
  }
  return { head, branch, dirtyFiles }
}

export async function readStatus(git: Git, checkout: Checkout): Promise<CheckoutStatus> {
  const args = ['status', '--porcelain=v2', '--branch', '-z', '--no-renames', '--untracked-files=normal', '--ignore-submodules=none']
  return parseStatus(await must(git, `read the status of ${checkout.path}`, args, inCheckout(checkout)))
}

/** Counts the commits that `head` has and `base` has not. */
export async function countAhead(git: Git, checkout: Checkout, base: string, head: string): Promise<number> {
  if (base === head) return 0
  const args = ['rev-list', '--count', `${base}..${head}`, '--']
  return Number.parseInt(await must(git, 'count the commits', args, inCheckout(checkout)), 10)
}

/** How many entries of a list go into a refusal; a person does not read more. */
const LISTED = 500

/** Lists commits as `abc1234 Subject`, newest first, at most 500. `range` is what `git log` takes. */
export async function listCommits(git: Git, checkout: Checkout, range: readonly string[]): Promise<string[]> {
  const args = ['log', '--format=%h %s', '-z', `--max-count=${LISTED}`, '--no-decorate', ...range, '--']
  return splitNul(await must(git, 'list the commits', args, inCheckout(checkout)))
}

/** Lists what git ignores in a worktree, whole folders as one entry with a slash, at most 500. No snapshot has these files. */
export async function listIgnored(git: Git, checkout: Checkout): Promise<string[]> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']
  return splitNul(await must(git, 'list the ignored files', args, inCheckout(checkout))).slice(0, LISTED)
}

/** Cuts a list for a refusal. */
export const firstOf = (files: readonly string[]): string[] => files.slice(0, LISTED)
