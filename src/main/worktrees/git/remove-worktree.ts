import { readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { WorktreePlace } from '../driver-port.ts'
import { type Git, must } from './git.ts'
import { createRef, deleteRef, readRef } from './refs.ts'
import { findAdminDir, inMainCheckout, type Repository } from './repository.ts'
import { listWorktrees } from './worktree-list.ts'

/**
 * Takes a worktree out of its repository, whole or half-made.
 *
 * The branch goes first: putting it back after a failure is one command, while a registration cannot be put back. It stays when it has moved from
 * `tip`, or when another worktree has it checked out.
 */
export async function removeWorktree(git: Git, repository: Repository, { path, branch }: WorktreePlace, tip: string | null): Promise<void> {
  const call = inMainCheckout(repository.root)
  const registered = await listWorktrees(git, repository)
  const ref = `refs/heads/${branch}`
  const goes =
    tip !== null &&
    !registered.some((other) => other.branch === branch && other.path !== path) &&
    (await readRef(git, repository, ref)) === tip
  if (goes) await deleteRef(git, repository, ref, tip)
  try {
    // Twice: once would not do for a locked one, and git locks what it is still making.
    if (registered.some((entry) => entry.path === path)) {
      await must(git, `unregister ${branch}`, ['worktree', 'remove', '--force', '--force', '--', path], call)
    }
    await removeAdminDir(repository, path)
  } catch (error) {
    if (goes) await createRef(git, repository, ref, tip)
    throw error
  }
  // What an agent's `git push -u` left in the configuration. There is nothing to say when there is no such section.
  if (goes) await git(['config', '--local', '--remove-section', `branch.${branch}`], call)
}

/** Deletes what is left of a registration: a git that was killed while it made the worktree leaves one that it does not list. */
async function removeAdminDir(repository: Repository, path: string): Promise<void> {
  const own = await findAdminDir(repository, path)
  if (own) await rm(own, { recursive: true, force: true })
  // One that does not say yet whose it is can only be told by its name; names are never used twice.
  const unfinished = join(repository.commonDir, 'worktrees', basename(path))
  const owner = await readFile(join(unfinished, 'gitdir')).catch(() => null)
  if (!owner?.length) await rm(unfinished, { recursive: true, force: true })
}
