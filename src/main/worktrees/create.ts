import { AppError, Id, type Project, type Worktree } from '../../shared/models/index.ts'
import { describeWorktree, freshWorktree } from './describe.ts'
import { isThere } from './files.ts'
import { readRef } from './git/refs.ts'
import { openRepository, type Repository, resolveCommit } from './git/repository.ts'
import { clearLeftLocks } from './git/reset-worktree.ts'
import { findCheckout } from './identity.ts'
import { worktreeName } from './names.ts'
import type { WorktreeRecord } from './records.ts'
import { recoverRecord } from './recover.ts'
import type { Room } from './room.ts'

/**
 * Makes the worktree of a run, or finds the one it has.
 *
 * The record is written before git is asked: what a crash leaves half-made is found by it. Entering a worktree again deletes the locks that a
 * killed git left in it, so no process of the run may be alive.
 */
export async function createWorktree(room: Room, project: Project, request: { runId: string; base: string | null }): Promise<Worktree> {
  // Ids become names of folders and branches.
  for (const id of [project.id, request.runId]) {
    if (!Id.safeParse(id).success) throw new AppError('VALIDATION_FAILED', `"${id}" is no id: ids have lower-case letters and digits only.`)
  }
  const repository = await openRepository(room.git, project)
  const existing = await enterExisting(room, project, repository, request.runId)
  if (existing) return existing

  const baseCommit = await resolveCommit(room.git, repository, request.base)
  const driver = room.driverFor(project)
  const createdAt = room.clock.now()
  const name = await freeName(room, project, repository, request.runId, createdAt)
  const record: WorktreeRecord = {
    version: 1,
    name,
    projectId: project.id,
    runId: request.runId,
    driver: driver.name,
    commonDir: repository.commonDir,
    ...driver.plan(project, name),
    baseCommit,
    createdAt,
    state: 'creating',
    removal: null,
  }
  await room.records.write(record)
  try {
    await driver.create(project, name, baseCommit)
  } catch (error) {
    await recoverRecord(room, project, record).catch((cause) =>
      room.logger.warn({ error: cause, name }, 'a half-made worktree stays until the next start'),
    )
    throw error
  }
  const ready: WorktreeRecord = { ...record, state: 'ready' }
  await room.records.write(ready)
  return freshWorktree(ready)
}

async function enterExisting(room: Room, project: Project, repository: Repository, runId: string): Promise<Worktree | null> {
  const records = (await room.records.list(project.id)).filter((record) => record.runId === runId)
  for (const record of records) {
    // Whatever is left of an interruption goes first: nothing is under way, the run is locked.
    const current = await recoverRecord(room, project, record)
    if (!current) continue
    const checkout = await findCheckout(repository, current)
    if (checkout) {
      await clearLeftLocks(checkout)
      return describeWorktree(room.git, checkout, current)
    }
    const message = `${current.path} is there, but it is no worktree of ${project.path} any more: look at it, and move it away if it is not needed.`
    throw new AppError('CONFLICT', message)
  }
  return null
}

/** Names tell seconds apart: the next free second is taken when a run gets its second worktree within one. */
async function freeName(
  { git, records, driverFor }: Room,
  project: Project,
  repository: Repository,
  runId: string,
  at: number,
): Promise<string> {
  for (let second = at; ; second += 1_000) {
    const name = worktreeName(runId, second)
    const place = driverFor(project).plan(project, name)
    const taken =
      (await isThere(place.path)) ||
      (await records.read(project.id, name)) !== null ||
      (await readRef(git, repository, `refs/heads/${place.branch}`)) !== null
    if (!taken) return name
  }
}
