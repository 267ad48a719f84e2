import type { Project } from '../../../shared/models/index.ts'
import { mainCheckout } from '../describe.ts'
import type { MainBranch, Upstream } from '../port.ts'
import { type Git, must } from './git.ts'
import { readRef } from './refs.ts'
import { type Checkout, inCheckout } from './repository.ts'
import { readStatus } from './status.ts'

/** Reads the branch that the main checkout is on, and its upstream as it was fetched last. Asks no remote. */
export async function readMainBranch(git: Git, project: Project): Promise<MainBranch> {
  const checkout = await mainCheckout(git, project)
  const { head, branch, dirtyFiles } = await readStatus(git, checkout)
  return { head, branch, dirtyFiles, upstream: branch === null ? null : await readUpstream(git, checkout, branch, head) }
}

/** A branch without upstream has four empty fields. A remote called `.` is this repository: its branches need no fetch. */
const FORMAT = '%(upstream)%00%(upstream:short)%00%(upstream:remotename)%00%(upstream:remoteref)'

async function readUpstream(git: Git, checkout: Checkout, branch: string, head: string | null): Promise<Upstream | null> {
  const args = ['for-each-ref', `--format=${FORMAT}`, '--', `refs/heads/${branch}`]
  const output = await must(git, `find the upstream of ${branch}`, args, inCheckout(checkout))
  const [ref, name, remote, remoteRef] = output.split('\n')[0]!.split('\0')
  if (!ref || !name) return null
  const commit = await readRef(git, checkout.repository, ref)
  const [ahead, behind] = head && commit ? await countApart(git, checkout, head, commit) : [0, 0]
  return { name, commit, ahead, behind, remote: remote && remote !== '.' && remoteRef ? { name: remote, ref: remoteRef } : null }
}

/** How many commits each of two has that the other has not. */
async function countApart(git: Git, checkout: Checkout, one: string, other: string): Promise<[number, number]> {
  if (one === other) return [0, 0]
  const args = ['rev-list', '--left-right', '--count', `${one}...${other}`, '--']
  const [left, right] = (await must(git, 'compare the commits', args, inCheckout(checkout))).trim().split(/\s+/).map(Number)
  return [left ?? 0, right ?? 0]
}
