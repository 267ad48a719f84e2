import { AppError } from '../../shared/models/index.ts'
import { isThere } from './files.ts'
import type { Git } from './git/git.ts'
import { readRef } from './git/refs.ts'
import type { Checkout } from './git/repository.ts'
import { firstOf, listCommits, listIgnored, readStatus } from './git/status.ts'
import type { WorktreeRecord } from './records.ts'

/** What a refusal carries, so that a person can decide. Each list is cut at 500 entries. */
export interface WorkAtRisk {
  readonly dirtyFiles: readonly string[]
  /** `abc1234 Subject`, newest first. */
  readonly aheadCommits: readonly string[]
  /** No snapshot has these. */
  readonly ignoredFiles: readonly string[]
}

/**
 * Refuses to take a worktree away while it has changes, or commits that no other branch, remote branch or tag has.
 *
 * @throws AppError CONFLICT  with `WorkAtRisk` as its data
 */
export async function refuseUnmerged(git: Git, checkout: Checkout, record: WorktreeRecord): Promise<void> {
  const others = [`--exclude=${record.branch}`, '--branches', '--remotes', '--tags']
  await refuse(git, checkout, record, others, 'that no other branch has')
}

/**
 * Refuses to put a worktree back while it has changes, or commits that its base has not.
 *
 * @throws AppError CONFLICT  with `WorkAtRisk` as its data
 */
export async function refuseChanged(git: Git, checkout: Checkout, record: WorktreeRecord): Promise<void> {
  await refuse(git, checkout, record, [record.baseCommit], 'beyond its base')
}

/** @param safe  what `git log --not` takes: commits that are kept elsewhere */
async function refuse(git: Git, checkout: Checkout, record: WorktreeRecord, safe: readonly string[], beyond: string): Promise<void> {
  const { head, dirtyFiles } = await readStatus(git, checkout)
  // An agent may have left the branch behind, or have deleted it.
  const tip = await readRef(git, checkout.repository, `refs/heads/${record.branch}`)
  const tips = [head, tip].filter((commit) => commit !== null)
  const aheadCommits = tips.length > 0 ? await listCommits(git, checkout, [...tips, '--not', ...safe]) : []
  if (dirtyFiles.length === 0 && aheadCommits.length === 0) return

  const found = [
    ...(dirtyFiles.length > 0 ? [count(dirtyFiles.length, 'uncommitted file')] : []),
    ...(aheadCommits.length > 0 ? [`${count(aheadCommits.length, 'commit')} ${beyond}`] : []),
  ]
  const ignoredFiles = [...(await nestedHistories(checkout, dirtyFiles)), ...(await listIgnored(git, checkout))]
  const data: WorkAtRisk = { dirtyFiles: firstOf(dirtyFiles), aheadCommits, ignoredFiles: firstOf(ignoredFiles) }
  const message = `The worktree ${record.name} has ${found.join(' and ')}: commit or merge them, or confirm that they may be discarded.`
  throw new AppError('CONFLICT', message, { data })
}

/** Repositories inside the worktree: a snapshot has their files, but not their own commits. */
async function nestedHistories(checkout: Checkout, dirtyFiles: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of dirtyFiles) {
    const git = `${path.replace(/\/$/, '')}/.git`
    if (await isThere(`${checkout.path}/${git}`)) found.push(git)
  }
  return found
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`
