import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../shared/models/index.ts'
import type { WorktreePlace } from '../driver-port.ts'
import { type Git, must } from './git.ts'
import { type Checkout, findAdminDir, inCheckout, type Repository } from './repository.ts'
import { listWorktrees } from './worktree-list.ts'

/**
 * Puts a worktree back: its branch checked out at `commit`, no unfinished rebase or merge, tracked files as committed, untracked ones deleted,
 * nested repositories too.
 *
 * No process may be at work in it: locks that a killed git left are deleted.
 */
export async function resetWorktree(
  git: Git,
  repository: Repository,
  { path, branch }: WorktreePlace,
  { commit, ignored }: { commit: string; ignored: boolean },
): Promise<void> {
  const admin = await findAdminDir(repository, path)
  if (!admin)
    throw new AppError('NOT_FOUND', `Git does not know ${path} as a worktree: run "git worktree repair ${path}" in ${repository.root}.`)
  const elsewhere = (await listWorktrees(git, repository)).find((other) => other.branch === branch && other.path !== path)
  if (elsewhere)
    throw new AppError('CONFLICT', `The branch ${branch} is checked out in ${elsewhere.path}: check another branch out there first.`)

  const checkout = { repository, path, admin }
  await clearLeftLocks(checkout)
  await quitUnfinished(git, checkout)
  const call = inCheckout(checkout)
  await must(git, `check ${branch} out`, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`], call)
  await must(git, `reset ${branch}`, ['reset', '--hard', '--quiet', commit, '--'], call)
  await must(git, `clean ${path}`, ['clean', '-ffd', '--quiet', ...(ignored ? ['-x'] : [])], call)
}

/** Deletes the locks of a killed git in a worktree, with which every later git command in it would fail. No process may be at work in it. */
export async function clearLeftLocks({ admin }: Pick<Checkout, 'admin'>): Promise<void> {
  for (const lock of ['index.lock', 'HEAD.lock']) await rm(join(admin, lock), { force: true })
}

/** Ends what was under way without touching files or HEAD. `rebase --quit` moves changes that it had put aside to the stash. */
async function quitUnfinished(git: Git, checkout: Checkout): Promise<void> {
  const has = (name: string) =>
    access(join(checkout.admin, name)).then(
      () => true,
      () => false,
    )
  const call = inCheckout(checkout)
  if (await has('rebase-apply/applying')) await must(git, 'end the unfinished patch series', ['am', '--quit'], call)
  else if ((await has('rebase-merge')) || (await has('rebase-apply')))
    await must(git, 'end the unfinished rebase', ['rebase', '--quit'], call)
  if (await has('sequencer')) await must(git, 'end the unfinished cherry-picks', ['cherry-pick', '--quit'], call)
}
