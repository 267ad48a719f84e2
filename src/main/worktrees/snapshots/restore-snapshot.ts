import { dirname, join } from 'node:path'
import { AppError } from '../../../shared/models/index.ts'
import { isFileOrLink, isThere } from '../files.ts'
import { type Git, must, splitNul } from '../git/git.ts'
import { inMainCheckout } from '../git/repository.ts'
import { forgetIndex } from './raw-store.ts'
import { isSnapshotRef, listSnapshotRefs } from './snapshot-refs.ts'
import { type SnapshotSource, type TakenSnapshot, takeSnapshot } from './take-snapshot.ts'

/**
 * Makes the files of a worktree those of a snapshot, byte for byte, after keeping the present ones as a snapshot too.
 *
 * Files that the snapshot has not are deleted, ignored ones stay. HEAD, branch and index stay as they are: what differs shows as a change.
 *
 * @returns the snapshot of the state before
 * @throws AppError NOT_FOUND  there is no such snapshot of this run
 */
export async function restoreSnapshot(git: Git, source: SnapshotSource, ref: string): Promise<TakenSnapshot['snapshot']> {
  const { repository, path } = source.checkout
  const snapshots = isSnapshotRef(ref, source.runId) ? await listSnapshotRefs(git, repository, source.runId) : []
  const wanted = snapshots.find((snapshot) => snapshot.ref === ref)
  if (!wanted) throw new AppError('NOT_FOUND', `There is no snapshot ${ref} of this run: choose one from its list.`)

  let before = await takeSnapshot(git, source)
  const inTheWay = await findInTheWay(git, before, wanted.tree, source)
  if (inTheWay.length > 0) before = await takeSnapshot(git, source, inTheWay)
  // The index holds exactly what is on disk, so that git writes only what differs.
  await must(git, `restore the files in ${path}`, ['read-tree', '--reset', '-u', wanted.tree], before.store.call)
  // A submodule that is not checked out is an entry without files, which our index must not have: see `collectTree`.
  const entries = await must(git, 'list the restored files', ['ls-files', '--stage', '-z'], before.store.call)
  if (/(^|\0)160000 /.test(entries)) await forgetIndex(before.store)
  return before.snapshot
}

/** Ignored files that the snapshot would write over: they were not ignored when it was taken, and no snapshot has them yet. */
async function findInTheWay(git: Git, { snapshot }: TakenSnapshot, wanted: string, { checkout }: SnapshotSource): Promise<string[]> {
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--diff-filter=A', snapshot.tree, wanted]
  const added = splitNul(await must(git, 'compare the snapshots', args, inMainCheckout(checkout.repository.root)))
  const found = new Set<string>()
  for (const path of added) {
    if (await isThere(join(checkout.path, path))) found.add(path)
    // A file may stand where the snapshot has a folder.
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
      if (await isFileOrLink(join(checkout.path, folder))) found.add(folder)
    }
  }
  return [...found]
}
