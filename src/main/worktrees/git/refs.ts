import { type Git, must } from './git.ts'
import { inMainCheckout, type Repository } from './repository.ts'

/** The commit a reference points to, null when there is no such reference. */
export async function readRef(git: Git, repository: Repository, ref: string): Promise<string | null> {
  const answer = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', ref], inMainCheckout(repository.root))
  return answer.code === 0 ? answer.stdout.trim() : null
}

/** Makes a reference. Fails when there is one already. */
export async function createRef(git: Git, repository: Repository, ref: string, commit: string): Promise<void> {
  await must(git, `keep ${ref}`, ['update-ref', '--no-deref', ref, commit, '0'.repeat(commit.length)], inMainCheckout(repository.root))
}

/** Deletes a reference, if it still points to this commit. */
export async function deleteRef(git: Git, repository: Repository, ref: string, commit: string): Promise<void> {
  await must(git, `delete ${ref}`, ['update-ref', '--no-deref', '-d', ref, commit], inMainCheckout(repository.root))
}
