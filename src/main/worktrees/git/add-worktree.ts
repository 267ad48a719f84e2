import type { WorktreePlace } from '../driver-port.ts'
import { type Git, must } from './git.ts'
import { inMainCheckout, type Repository } from './repository.ts'

/**
 * Registers a worktree, makes its branch and checks its files out.
 *
 * The branch tracks nothing: its base may be a remote branch, and a bare `git push` of an agent must not go there.
 */
export async function addWorktree(git: Git, repository: Repository, { path, branch }: WorktreePlace, commit: string): Promise<void> {
  const args = ['worktree', 'add', '--no-track', '-b', branch, '--', path, commit]
  await must(git, `make the worktree ${branch}`, args, inMainCheckout(repository.root))
}
