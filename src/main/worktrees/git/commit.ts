import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../shared/models/index.ts'
import { type Git, gitFailure, must, splitNul } from './git.ts'
import { type Checkout, inCheckout } from './repository.ts'

/**
 * Commits everything a worktree has, untracked files too, as the person whom git knows. No hook runs and nothing is signed.
 *
 * @returns the new commit, null when there was nothing to commit
 * @throws AppError CONFLICT  files have conflicts that nobody has resolved
 * @throws AppError VALIDATION_FAILED  git does not know who commits
 */
export async function commitAll(git: Git, checkout: Checkout, message: string): Promise<string | null> {
  const call = inCheckout(checkout)
  await refuseUnresolved(git, checkout)
  await must(git, 'add the changes', ['add', '--all', '--', '.'], call)
  const staged = await git(['diff', '--cached', '--quiet', '--no-ext-diff', '--ignore-submodules=none', 'HEAD', '--'], call)
  if (staged.code > 1) throw gitFailure('compare the changes', staged)
  // A merge without changes of its own still wants its commit.
  if (staged.code === 0 && !(await isMerging(checkout))) return null
  await requireAuthor(git, checkout)
  const args = ['commit', '--quiet', '--no-verify', '--cleanup=whitespace', '--file=-']
  await must(git, 'commit', args, { ...call, config: AS_CONFIGURED, input: message })
  return (await must(git, 'read the commit', ['rev-parse', 'HEAD'], call)).trim()
}

/** Without it git makes a name up from the machine's. */
const AS_CONFIGURED = ['user.useConfigOnly=true']

async function requireAuthor(git: Git, checkout: Checkout): Promise<void> {
  for (const who of ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT']) {
    const answer = await git(['var', who], { ...inCheckout(checkout), config: AS_CONFIGURED })
    if (answer.code === 0) continue
    const commands = '"git config --global user.name ..." and "git config --global user.email ..."'
    throw new AppError('VALIDATION_FAILED', `Git does not know who commits: run ${commands}, then try again.`, {
      data: { stderr: answer.stderr.slice(0, 1_000) },
    })
  }
}

/** `git add` would take a file with conflict marks for a resolved one. */
async function refuseUnresolved(git: Git, checkout: Checkout): Promise<void> {
  const args = ['diff', '--name-only', '--diff-filter=U', '-z', '--']
  const files = splitNul(await must(git, 'look for conflicts', args, inCheckout(checkout)))
  if (files.length === 0) return
  throw new AppError('CONFLICT', `${files.length} files have unresolved conflicts (${files.slice(0, 3).join(', ')}): resolve them first.`, {
    data: { files: files.slice(0, 500) },
  })
}

const isMerging = ({ admin }: Checkout): Promise<boolean> =>
  access(join(admin, 'MERGE_HEAD')).then(
    () => true,
    () => false,
  )
