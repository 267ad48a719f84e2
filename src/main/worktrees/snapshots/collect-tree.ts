import { join } from 'node:path'
import { hasNoFiles, isFileOrLink, isThere } from '../files.ts'
import { type Git, gitFailure, must, splitNul } from '../git/git.ts'
import { type Checkout, inCheckout } from '../git/repository.ts'
import { openNestedRepositories } from './nested.ts'
import { copyIndex, forgetIndex, type RawStore } from './raw-store.ts'

/** How often to try: files may change under a look at them, and a stale index of ours is made anew. */
const TRIES = 3

/**
 * Stores all files of a worktree as one tree, byte for byte: tracked and untracked ones, not ignored ones, those of repositories inside it as well.
 *
 * @param also  ignored files or folders to take in addition, as relative paths
 * @returns the tree's id
 * @throws AppError INTERNAL  a file could not be read; nothing is left out in silence
 */
export async function collectTree(
  git: Git,
  checkout: Checkout,
  store: RawStore,
  config: ReadonlyMap<string, string>,
  also: readonly string[] = [],
): Promise<string> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await collect(git, checkout, store, config, also)
    } catch (error) {
      if (left === 0) throw error
      await forgetIndex(store)
    }
  }
}

async function collect(
  git: Git,
  checkout: Checkout,
  store: RawStore,
  config: ReadonlyMap<string, string>,
  also: readonly string[],
): Promise<string> {
  await addTrackedIgnored(git, checkout, store)
  await openNestedRepositories(git, store.call)
  await add(git, store, ['-A'])
  if (also.length > 0) await add(git, store, ['-f', '--pathspec-from-file=-', '--pathspec-file-nul'], also.join('\0'))

  const missing = await entriesWithoutFiles(git, checkout, config)
  if (missing.length === 0) return writeTree(git, store)
  // Into a copy: they would look deleted to the next snapshot, and a submodule that is checked out by then would not be taken as files.
  const call = store.withIndex(await copyIndex(store))
  await must(git, 'add the files that are not checked out', ['update-index', '-z', '--add', '--index-info'], {
    ...call,
    input: missing.join(''),
  })
  return writeTree(git, store, call, ['--missing-ok'])
}

async function add(git: Git, store: RawStore, args: readonly string[], input?: string): Promise<void> {
  const answer = await git(['add', ...args], { ...store.call, input })
  if (answer.code !== 0) throw gitFailure('read all files of the worktree', answer)
  // Only a warning to git, but whatever is in there would be missing.
  if (/could not open directory/.test(answer.stderr)) throw gitFailure('read all folders of the worktree', answer)
}

async function writeTree(git: Git, store: RawStore, call = store.call, args: readonly string[] = []): Promise<string> {
  return (await must(git, 'store the snapshot', ['write-tree', ...args], call)).trim()
}

/** Files that are tracked although a pattern ignores them: an index that starts empty would not get them. */
async function addTrackedIgnored(git: Git, checkout: Checkout, store: RawStore): Promise<void> {
  const args = ['ls-files', '--cached', '--ignored', '--exclude-standard', '-z']
  const paths = splitNul(await must(git, 'list the tracked files', args, inCheckout(checkout)))
  const present: string[] = []
  for (const path of paths) if (await isFileOrLink(join(checkout.path, path))) present.push(path)
  if (present.length === 0) return
  const input = present.map((path) => `${path}\0`).join('')
  await must(git, 'add the tracked files', ['update-index', '-z', '--add', '--stdin'], { ...store.call, input })
}

/**
 * Entries of the real index that have no file by intention: outside a sparse checkout, and submodules that are not checked out.
 *
 * In the format that `update-index --index-info` takes. Read from `ls-files -t --stage -z`: tag, mode, id, stage, tab, path.
 */
async function entriesWithoutFiles(git: Git, checkout: Checkout, config: ReadonlyMap<string, string>): Promise<string[]> {
  const sparse = config.get('core.sparsecheckout') === 'true'
  const submodules = await isFileOrLink(join(checkout.path, '.gitmodules'))
  if (!sparse && !submodules) return []
  const listed = splitNul(await must(git, 'list the tracked files', ['ls-files', '-t', '--stage', '-z'], inCheckout(checkout)))
  const entries: string[] = []
  for (const line of listed) {
    const tab = line.indexOf('\t')
    const [tag, mode, id] = line.slice(0, tab).split(' ')
    const path = join(checkout.path, line.slice(tab + 1))
    const kept = (tag === 'S' && !(await isThere(path))) || (mode === '160000' && (await hasNoFiles(path)))
    if (kept) entries.push(`${mode} ${id} 0\t${line.slice(tab + 1)}\0`)
  }
  return entries
}
