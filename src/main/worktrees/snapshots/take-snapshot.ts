import { readConfig } from '../git/effective-config.ts'
import { type Git, must } from '../git/git.ts'
import { createRef, readRef } from '../git/refs.ts'
import { type Checkout, inCheckout, inMainCheckout } from '../git/repository.ts'
import { collectTree } from './collect-tree.ts'
import { openRawStore, type RawStore } from './raw-store.ts'
import { listSnapshotRefs, type SnapshotRef, snapshotFolder } from './snapshot-refs.ts'

/** A worktree to keep. `store` is the folder of our own index for it. */
export interface SnapshotSource {
  readonly checkout: Checkout
  readonly runId: string
  readonly branch: string
  readonly store: string
  /** UTC epoch milliseconds. */
  readonly now: number
}

/** A snapshot, new or the one that already has this state, with the store whose index now holds exactly what is on disk. */
export interface TakenSnapshot {
  readonly snapshot: Pick<SnapshotRef, 'ref' | 'commit' | 'tree'>
  readonly isNew: boolean
  readonly store: RawStore
}

/**
 * Keeps the whole worktree as a commit at `refs/controlroom/snapshots/<runId>/<n>`.
 *
 * Nothing the agent sees changes: not its index, branch, HEAD or files. No hook and no filter runs. Parents are HEAD and, when HEAD does not have
 * it, the tip of the run's branch, so that this one reference keeps every commit of the worktree alive.
 *
 * @param also  ignored files to take as well
 */
export async function takeSnapshot(git: Git, source: SnapshotSource, also: readonly string[] = []): Promise<TakenSnapshot> {
  const { checkout, runId } = source
  const { repository } = checkout
  const config = await readConfig(git, checkout)
  const store = await openRawStore(source.store, checkout, config)
  const tree = await collectTree(git, checkout, store, config, also)
  const parents = await findParents(git, source)
  const last = (await listSnapshotRefs(git, repository, runId)).at(-1)
  if (last && last.tree === tree && last.parents.join() === parents.join()) return { snapshot: last, isNew: false, store }

  const number = (last?.number ?? 0) + 1
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', `Snapshot ${number} of ${source.branch}`]
  const call = inMainCheckout(repository.root)
  const commit = (await must(git, 'store the snapshot', args, { ...call, env: { ...call.env, ...identity(source.now) } })).trim()
  const ref = `${snapshotFolder(runId)}/${number}`
  await createRef(git, repository, ref, commit)
  return { snapshot: { ref, commit, tree }, isNew: true, store }
}

async function findParents(git: Git, { checkout, branch }: SnapshotSource): Promise<string[]> {
  const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], inCheckout(checkout))
  const parents = head.code === 0 ? [head.stdout.trim()] : []
  const tip = await readRef(git, checkout.repository, `refs/heads/${branch}`)
  if (tip === null || parents.includes(tip)) return parents
  if (parents.length > 0) {
    const answer = await git(['merge-base', '--is-ancestor', tip, parents[0]!], inMainCheckout(checkout.repository.root))
    if (answer.code === 0) return parents
  }
  return [...parents, tip]
}

/** The same for everyone: a machine without a name in its git configuration can still keep work. */
function identity(now: number): Record<string, string> {
  const person = { NAME: 'Ops Control Room', EMAIL: 'snapshots@controlroom.invalid', DATE: `${Math.floor(now / 1000)} +0000` }
  return Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => Object.entries(person).map(([key, value]) => [`GIT_${role}_${key}`, value])),
  )
}
