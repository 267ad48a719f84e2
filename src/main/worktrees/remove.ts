import { rm } from 'node:fs/promises'
import type { Project, Worktree } from '../../shared/models/index.ts'
import { describeWorktree } from './describe.ts'
import { createRef, readRef } from './git/refs.ts'
import { openRepository } from './git/repository.ts'
import { refuseUnmerged } from './guards.ts'
import { proveIdentity } from './identity.ts'
import type { WorktreeRecord } from './records.ts'
import { type Room, storeFolder } from './room.ts'
import { takeSnapshot } from './snapshots/take-snapshot.ts'

/** A record while its worktree is being removed. */
export type RemovalRecord = WorktreeRecord & { readonly removal: NonNullable<WorktreeRecord['removal']> }

/**
 * Removes a worktree, archive first: prove identity, refuse work at risk, keep a snapshot, record the intent, move the folder aside, take it out of
 * the repository, and only then delete anything.
 *
 * Until the repository has let go of it everything can be undone, and is when a step fails. The folder itself is deleted in the background.
 *
 * @returns the worktree as it was
 */
export async function removeRecorded(
  room: Room,
  project: Project,
  record: WorktreeRecord,
  options: { discardChanges: boolean },
): Promise<Worktree> {
  const { git, records, archive, clock } = room
  const checkout = await proveIdentity(git, project, record, room.driverNamed(record.driver))
  const before = await describeWorktree(git, checkout, record)
  if (!options.discardChanges) await refuseUnmerged(git, checkout, record)

  const store = storeFolder(room, project.id, record.name)
  const { snapshot } = await takeSnapshot(git, { checkout, runId: record.runId, branch: record.branch, store, now: clock.now() })
  const tip = await readRef(git, checkout.repository, `refs/heads/${record.branch}`)
  const removal = { snapshot: snapshot.commit, tip, archive: archive.newPlace(project.id, record.name) }
  const removing: RemovalRecord = { ...record, state: 'removing', removal }
  await records.write(removing)
  try {
    await archive.put(record.path, removal.archive)
    await letGo(room, project, removing)
  } catch (error) {
    await undoRemoval(room, project, removing).catch((cause) =>
      room.logger.error({ error: cause, archive: removal.archive }, 'a worktree could not be put back'),
    )
    throw error
  }
  await forgetArchived(room, removing)
  return before
}

/** Takes an archived worktree out of its repository: the last step that can be undone. Safe to call again. */
export const letGo = (room: Room, project: Project, record: RemovalRecord): Promise<void> =>
  room.driverNamed(record.driver).remove(project, record, { tip: record.removal.tip })

/** Ends a removal. */
export async function forgetArchived(room: Room, record: RemovalRecord): Promise<void> {
  await forget(room, record)
  room.archive.discard(record.removal.archive)
}

/** Puts a worktree back where it was, its branch as well: a crash may have come right after that was deleted. */
export async function undoRemoval(room: Room, project: Project, record: RemovalRecord): Promise<WorktreeRecord> {
  const { tip, archive } = record.removal
  const ref = `refs/heads/${record.branch}`
  const repository = await openRepository(room.git, project)
  if (tip !== null && (await readRef(room.git, repository, ref)) === null) await createRef(room.git, repository, ref, tip)
  await room.archive.takeBack(archive, record.path)
  const ready: WorktreeRecord = { ...record, state: 'ready', removal: null }
  await room.records.write(ready)
  return ready
}

/** Deletes what is kept of a worktree beside its folder; the record last. */
export async function forget(room: Room, record: WorktreeRecord): Promise<void> {
  await rm(storeFolder(room, record.projectId, record.name), { recursive: true, force: true })
  await room.records.delete(record)
}
