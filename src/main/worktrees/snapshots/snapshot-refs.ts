import { type Git, must } from '../git/git.ts'
import { inMainCheckout, type Repository } from '../git/repository.ts'

/** One kept state of a worktree. `number` counts from 1 for each run. */
export interface SnapshotRef {
  readonly ref: string
  readonly commit: string
  readonly number: number
  readonly tree: string
  readonly parents: readonly string[]
  /** UTC epoch milliseconds, to the second. */
  readonly createdAt: number
}

export const snapshotFolder = (runId: string): string => `refs/controlroom/snapshots/${runId}`

/** Whether this is the name of a snapshot of that run; nothing else may be restored into its worktree. */
export const isSnapshotRef = (ref: string, runId: string): boolean =>
  ref.startsWith(`${snapshotFolder(runId)}/`) && /^[1-9]\d*$/.test(ref.slice(snapshotFolder(runId).length + 1))

/** Lists the snapshots of a run, oldest first. */
export async function listSnapshotRefs(git: Git, repository: Repository, runId: string): Promise<SnapshotRef[]> {
  const format = '%(refname)%09%(objectname)%09%(tree)%09%(parent)%09%(committerdate:unix)'
  const args = ['for-each-ref', `--format=${format}`, `${snapshotFolder(runId)}/`]
  const output = await must(git, 'list the snapshots', args, inMainCheckout(repository.root))
  return output
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([ref]) => ref !== undefined && isSnapshotRef(ref, runId))
    .map(([ref, commit, tree, parents, seconds]) => ({
      ref: ref!,
      commit: commit!,
      number: Number(ref!.slice(snapshotFolder(runId).length + 1)),
      tree: tree!,
      parents: parents!.split(' ').filter((parent) => parent !== ''),
      createdAt: Number(seconds) * 1000,
    }))
    .sort((a, b) => a.number - b.number)
}
