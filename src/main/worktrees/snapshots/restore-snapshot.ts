import { dirname, join } from 'node:path'
import { AppError } from '../../../shared/models/index.ts'
import { isFileOrLink, isThere } from '../files.ts'
import { type Git, gitFailure, must, splitNul } from '../git/git.ts'
import { forgetIndex, type RawStore } from './raw-store.ts'
import { isSnapshotRef, listSnapshotRefs } from './snapshot-refs.ts'
import { type SnapshotSource, type TakenSnapshot, takeSnapshot } from './take-snapshot.ts'

/**
 * Makes the files of a worktree those of a snapshot, byte for byte, after keeping the present ones as a snapshot too.
 *
 * Files that the snapshot has not are deleted, unless they are ignored before or after. HEAD, branch and index stay: what differs shows as a change.
 *
 * @returns the snapshot of the state before
 * @throws AppError NOT_FOUND  there is no such snapshot of this run
 */
export async function restoreSnapshot(git: Git, source: SnapshotSource, ref: string): Promise<TakenSnapshot['snapshot']> {
  const { repository, path } = source.checkout
  const snapshots = isSnapshotRef(ref, source.runId) ? await listSnapshotRefs(git, repository, source.runId) : []
  const wanted = snapshots.find((snapshot) => snapshot.ref === ref)
  if (!wanted) throw new AppError('NOT_FOUND', `There is no snapshot ${ref} of this run: choose one from its list.`)

  const present = await takeSnapshot(git, source)
  const { store } = present
  const inTheWay = await findInTheWay(git, store, present.snapshot.tree, wanted.tree, path)
  const before = inTheWay.length > 0 ? await takeSnapshot(git, source, inTheWay) : present
  const deleted = await listChanged(git, store, 'D', present.snapshot.tree, wanted.tree)
  // The index holds exactly what is on disk, so that git writes only what differs.
  await must(git, `restore the files in ${path}`, ['read-tree', '--reset', '-u', wanted.tree], store.call)
  await bringBackIgnored(git, store, before.snapshot.tree, deleted, path)

  // A submodule that is not checked out is an entry without files, which our index must not have: see `collectTree`.
  const entries = await must(git, 'list the restored files', ['ls-files', '--stage', '-z'], store.call)
  if (/(^|\0)160000 /.test(entries)) await forgetIndex(store)
  return before.snapshot
}

/** Paths that one tree has and the other has not: `A` for those only in `to`, `D` for those only in `from`. */
async function listChanged(git: Git, store: RawStore, filter: 'A' | 'D', from: string, to: string): Promise<string[]> {
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', `--diff-filter=${filter}`, from, to]
  return splitNul(await must(git, 'compare the snapshots', args, store.call))
}

/** Ignored files that the snapshot would write over: they were not ignored when it was taken, and no snapshot has them yet. */
async function findInTheWay(git: Git, store: RawStore, present: string, wanted: string, root: string): Promise<string[]> {
  const found = new Set<string>()
  for (const path of await listChanged(git, store, 'A', present, wanted)) {
    if (await isThere(join(root, path))) found.add(path)
    // A file may stand where the snapshot has a folder.
    for (const folder of foldersOf(path)) if (await isFileOrLink(join(root, folder))) found.add(folder)
  }
  return [...found]
}

/**
 * Writes deleted files that the restored `.gitignore` ignores again.
 *
 * They were ignored once, until a restore took away the rule that said so: an `.env`, say. No snapshot is about them.
 */
async function bringBackIgnored(git: Git, store: RawStore, from: string, deleted: readonly string[], root: string): Promise<void> {
  const free: string[] = []
  for (const path of deleted) if (!(await standsInTheWay(root, path))) free.push(path)
  if (free.length === 0) return
  // This command knows no literal paths: with a point in front none looks like a pattern of git's.
  const call = { ...store.call, env: { ...store.call.env, GIT_LITERAL_PATHSPECS: '0' }, input: free.map((path) => `./${path}\0`).join('') }
  const answer = await git(['check-ignore', '--no-index', '--stdin', '-z'], call)
  if (answer.code > 1) throw gitFailure('tell which files are ignored', answer)
  const ignored = splitNul(answer.stdout).map((path) => path.slice('./'.length))
  if (ignored.length === 0) return
  const args = ['restore', `--source=${from}`, '--worktree', '--pathspec-from-file=-', '--pathspec-file-nul']
  await must(git, 'keep the ignored files', args, { ...store.call, input: ignored.join('\0') })
}

/** Whether something is at a path by now, or a file where its folder was. */
async function standsInTheWay(root: string, path: string): Promise<boolean> {
  if (await isThere(join(root, path))) return true
  for (const folder of foldersOf(path)) if (await isFileOrLink(join(root, folder))) return true
  return false
}

/** `a/b/c` lies in `a/b` and `a`. */
function foldersOf(path: string): string[] {
  const folder = dirname(path)
  return folder === '.' ? [] : [folder, ...foldersOf(folder)]
}
