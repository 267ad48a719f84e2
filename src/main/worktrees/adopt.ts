import { basename } from 'node:path'
import type { Project } from '../../shared/models/index.ts'
import { type Git, must } from './git/git.ts'
import { readRef } from './git/refs.ts'
import { inMainCheckout, openRepository, type Repository } from './git/repository.ts'
import { parseWorktreeName } from './names.ts'
import type { Room } from './room.ts'

/**
 * Makes records anew for worktrees that have lost theirs, so that they can be seen, reviewed and removed again.
 *
 * Only for folders exactly where the driver would put one of that name. The base is where the branch was made, by its reflog.
 */
export async function adoptStrays(room: Room, project: Project): Promise<void> {
  const { git, records, logger } = room
  const driver = room.driverFor(project)
  const repository = await openRepository(git, project)
  for (const found of await driver.list(project)) {
    const name = basename(found.path)
    const parsed = parseWorktreeName(name)
    if (!parsed || driver.plan(project, name).path !== found.path || (await records.read(project.id, name))) continue
    const place = driver.plan(project, name)
    const baseCommit = (await findBase(git, repository, place.branch)) ?? found.head
    if (!baseCommit) continue
    await records.write({
      version: 1,
      name,
      projectId: project.id,
      runId: parsed.runId,
      driver: driver.name,
      commonDir: repository.commonDir,
      ...place,
      baseCommit,
      createdAt: parsed.createdAt,
      state: 'ready',
      removal: null,
    })
    logger.warn({ worktree: name, baseCommit }, 'a worktree without a record has one again')
  }
}

async function findBase(git: Git, repository: Repository, branch: string): Promise<string | null> {
  const ref = `refs/heads/${branch}`
  const tip = await readRef(git, repository, ref)
  if (!tip) return null
  const call = inMainCheckout(repository.root)
  const reflog = await must(git, 'read the reflog', ['log', '--walk-reflogs', '--format=%H', ref, '--'], call)
  const first = reflog.trim().split('\n').at(-1)
  if (first) return first
  const mergeBase = await git(['merge-base', 'HEAD', tip], call)
  return mergeBase.code === 0 ? mergeBase.stdout.trim() : tip
}
