import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { WorktreePlace } from '../driver-port.ts'
import { isThere } from '../files.ts'
import { type Git, must } from './git.ts'
import { readRef } from './refs.ts'
import { inCheckout, type Repository } from './repository.ts'

/**
 * Registers a worktree whose folder is whole but which its repository has forgotten: `git worktree prune` does that to one that was out of reach.
 *
 * The branch counts as checked out, and everything that differs from it as a change. Which files were staged cannot be known any more.
 *
 * @returns whether it is registered now; false when the folder is not simply a forgotten worktree of this repository, or its branch is gone
 */
export async function registerAgain(git: Git, repository: Repository, { path, branch }: WorktreePlace): Promise<boolean> {
  const pointer = await readFile(join(path, '.git'), 'utf8').catch(() => null)
  if (!pointer?.startsWith('gitdir: ')) return false
  const admin = resolve(path, pointer.slice('gitdir: '.length).trimEnd())
  if (dirname(admin) !== join(repository.commonDir, 'worktrees') || (await isThere(admin))) return false
  if ((await readRef(git, repository, `refs/heads/${branch}`)) === null) return false

  await mkdir(admin, { recursive: true })
  await writeFile(join(admin, 'commondir'), '../..\n')
  await writeFile(join(admin, 'HEAD'), `ref: refs/heads/${branch}\n`)
  await must(git, `read ${branch} into a new index`, ['reset', '--quiet', '--mixed'], inCheckout({ repository, path, admin }))
  // Last: with it the registration is whole.
  await writeFile(join(admin, 'gitdir'), `${join(path, '.git')}\n`)
  return true
}
