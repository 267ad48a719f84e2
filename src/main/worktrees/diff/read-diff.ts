import type { RunDiff } from '../../../shared/contract/runs.ts'
import type { FileDiff } from '../../../shared/models/index.ts'
import { type Git, type GitCall, gitFailure, must } from '../git/git.ts'
import { type Checkout, inCheckout } from '../git/repository.ts'
import { openNestedRepositories } from '../snapshots/nested.ts'
import { type FileChange, parseChanges } from './parse-changes.ts'
import { type Patch, PatchSplitter } from './patch-splitter.ts'
import { withScratchIndex } from './scratch-index.ts'

/** Bytes of text for one file, and for all together; longer ones are listed without text. */
const FILE_LIMIT = 200 * 1024
const TOTAL_LIMIT = 5 * 1024 * 1024
/** Bytes read from git at most: patches that are too long one by one are read all the same. */
const READ_LIMIT = 64 * 1024 * 1024

/** The same answer whatever a person or a repository has configured for diffs, and no program of theirs. */
const OPTIONS = [
  '--cached',
  '--find-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-relative',
  '--unified=3',
  '--inter-hunk-context=0',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--submodule=short',
  '--ignore-submodules=none',
]
const CONFIG = ['core.quotePath=false', 'diff.suppressBlankEmpty=false', 'diff.renameLimit=1000', 'core.looseCompression=0']

/**
 * Reads everything a worktree has that `base` has not: commits, staged, unstaged and untracked files, those of repositories inside it too.
 *
 * Line ends and filters count as in the repository. Nothing in the worktree or the repository changes.
 *
 * @param base  a commit id
 * @param temporary  a folder for what is thrown away again
 */
export async function readDiff(git: Git, checkout: Checkout, base: string, temporary: string): Promise<RunDiff> {
  const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], inCheckout(checkout))
  const files = await withScratchIndex(git, checkout, temporary, async (index) => {
    const call = { ...index, config: [...CONFIG, 'core.bigFileThreshold=32m'] }
    await openNestedRepositories(git, call)
    await must(git, 'read all files of the worktree', ['add', '-A'], call)
    const changes = parseChanges(await must(git, 'compare the files', ['diff', '--raw', '--numstat', '-z', ...OPTIONS, base, '--'], call))
    return joinPatches(changes, changes.length > 0 ? await readPatches(git, call, base) : [])
  })
  return { base, head: head.code === 0 ? head.stdout.trim() : null, files }
}

async function readPatches(git: Git, call: GitCall, base: string): Promise<Patch[]> {
  const splitter = new PatchSplitter(FILE_LIMIT)
  const answer = await git(['diff', '--patch', ...OPTIONS, base, '--'], {
    ...call,
    // Comparing larger files takes long and gives patches over the limit anyway; git then says only that they differ.
    config: [...CONFIG, 'core.bigFileThreshold=8m'],
    onOutput: (chunk) => {
      splitter.push(chunk)
      return splitter.keptBytes < TOTAL_LIMIT && splitter.seenBytes < READ_LIMIT
    },
  })
  if (answer.stopped) return splitter.patches
  if (answer.code !== 0) throw gitFailure('compare the files', answer)
  splitter.end()
  return splitter.patches
}

/** Both come from git in the same order. */
function joinPatches(changes: readonly FileChange[], patches: readonly Patch[]): FileDiff[] {
  let next = 0
  return changes.map(({ sections, ...change }) => {
    const own = patches.slice(next, next + sections)
    next += sections
    if (change.binary) return { ...change, patch: '', truncated: false }
    const known = own.length === sections && own.every((patch) => patch !== null)
    const patch = known ? own.join('') : ''
    // Git calls a file binary here that it counted lines of: it is one of those too large to compare.
    return /^Binary files .* differ$/m.test(patch) || !known
      ? { ...change, patch: '', truncated: true }
      : { ...change, patch, truncated: false }
  })
}
