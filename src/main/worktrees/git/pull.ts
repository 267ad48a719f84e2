import { AppError, type Project } from '../../../shared/models/index.ts'
import { mainCheckout } from '../describe.ts'
import type { MainBranch, Pulled, Upstream } from '../port.ts'
import { type Git, gitFailure, must } from './git.ts'
import { readMainBranch } from './main-branch.ts'
import { refuseOwnPrograms } from './own-programs.ts'
import { inCheckout } from './repository.ts'

/** For ssh: a question goes to a window or to nobody, never to the terminal that the host was started from. */
const ASK_NO_TERMINAL = { SSH_ASKPASS_REQUIRE: 'force' }

/**
 * Fetches the upstream of the main checkout's branch and moves the branch forward to it.
 *
 * The fetch carries `env`, so that it can be found and ended; what changes the person's files does not and is short. Nothing is merged, rebased or
 * put aside: a branch that cannot simply move forward is refused.
 *
 * @param remoteGit  runs what talks to a remote: it may hang there, and must not keep the places of what is local
 */
export async function pullMain(git: Git, remoteGit: Git, project: Project, env: Readonly<Record<string, string>>): Promise<Pulled> {
  const checkout = await mainCheckout(git, project)
  const call = inCheckout(checkout)
  const before = await requirePullable(git, project)
  const { remote } = before.upstream
  if (remote) {
    if (!project.trusted) await refuseOwnPrograms(git, checkout, project)
    // Named, because then git says so when the branch is gone from the remote.
    const args = ['fetch', '--no-write-fetch-head', '--no-recurse-submodules', '--', remote.name, remote.ref]
    await must(remoteGit, `fetch from ${remote.name}`, args, { ...call, env: { ...call.env, ...env, ...ASK_NO_TERMINAL } })
  }

  // The fetch took its time, and the checkout is a person's: what was true before it may not be now.
  const now = await requirePullable(git, project)
  if (now.branch !== before.branch) {
    throw new AppError('CONFLICT', `${project.path} was switched from ${before.branch} to ${now.branch} meanwhile: pull again.`)
  }
  const { name, commit, ahead, behind } = now.upstream
  if (commit === null)
    throw new AppError('CONFLICT', `${name} could not be found after the fetch: look at "git remote -v" in ${project.path}.`)
  if (ahead > 0 && behind > 0) throw goneApart(project, now)
  const merge = await git(['merge', '--ff-only', '--quiet', '--no-verify-signatures', commit], call)
  if (merge.code !== 0) throw gitFailure(`bring ${now.branch} to ${name}`, merge)
  return { branch: now.branch, from: now.head, upstream: name, to: commit, commits: behind }
}

type Pullable = MainBranch & { readonly head: string; readonly branch: string; readonly upstream: Upstream }

/** How many names go into a sentence. */
const NAMED = 3

/** @throws AppError CONFLICT with what to do first */
async function requirePullable(git: Git, project: Project): Promise<Pullable> {
  const state = await readMainBranch(git, project)
  const { branch, head, upstream, dirtyFiles } = state
  const refuse = (message: string, data?: object): AppError => new AppError('CONFLICT', message, { data })
  if (branch === null || head === null) throw refuse(`No branch is checked out in ${project.path}: check one out there, then pull again.`)
  if (!upstream) {
    const remotes = (await must(git, 'list the remotes', ['remote'], inCheckout(await mainCheckout(git, project)))).split('\n')
    const first = remotes[0] ? '' : '"git remote add origin <url>" and '
    const command = `git branch --set-upstream-to=${remotes[0] || 'origin'}/${branch} ${branch}`
    throw refuse(`${branch} has no upstream to pull from: run ${first}"${command}" in ${project.path}, then pull again.`)
  }
  if (dirtyFiles.length > 0) {
    const names = dirtyFiles.slice(0, NAMED).join(', ') + (dirtyFiles.length > NAMED ? ', …' : '')
    const count = dirtyFiles.length === 1 ? '1 uncommitted file' : `${dirtyFiles.length} uncommitted files`
    throw refuse(`${project.path} has ${count} (${names}): commit them, or put them aside with "git stash -u", then pull again.`, {
      dirtyFiles: dirtyFiles.slice(0, 500),
    })
  }
  return { ...state, branch, head, upstream }
}

const goneApart = (project: Project, { branch, upstream }: Pullable): AppError => {
  const { name, ahead, behind } = upstream
  const message = `${branch} and ${name} have gone apart (${ahead} here, ${behind} there): merge or rebase in ${project.path}, then pull again.`
  return new AppError('CONFLICT', message, { data: { ahead, behind } })
}
