import { AppError, type Project } from '../../shared/models/index.ts'
import { isThere } from './files.ts'
import { registerAgain } from './git/register-again.ts'
import { findAdminDir, openRepository } from './git/repository.ts'
import { provePlace } from './identity.ts'
import type { WorktreeRecord } from './records.ts'
import { forget, forgetArchived, letGo, type RemovalRecord, undoRemoval } from './remove.ts'
import type { Room } from './room.ts'
import { listSnapshotRefs } from './snapshots/snapshot-refs.ts'

/**
 * Brings one worktree from wherever a crash left it to a whole state. Nothing may be at work on it.
 *
 * - `creating`: nobody has worked in it yet: undone.
 * - `removing`, folder in its place: undone. Folder archived and its work in a snapshot: finished, or undone when that fails. No snapshot: undone.
 * - `ready` with a folder: kept, and registered again when git has forgotten it.
 * - `ready` without a folder: somebody deleted it. It is forgotten, and its branch kept if there is anything on it.
 *
 * @returns the record when there is a worktree to use, else null
 * @throws AppError FORBIDDEN  the record names a place that is not its own; nothing is touched
 */
export async function recoverRecord(room: Room, project: Project, record: WorktreeRecord): Promise<WorktreeRecord | null> {
  await provePlace(project, record, room.driverNamed(record.driver))
  if (record.state === 'creating') return undoCreation(room, project, record)
  if (isRemoval(record)) return recoverRemoval(room, project, record)
  if (await isThere(record.path)) return mendRegistration(room, project, record)
  room.logger.warn({ worktree: record.name, path: record.path }, 'the folder of a worktree was deleted by somebody; it is forgotten')
  await takeOut(room, project, record)
  return null
}

const isRemoval = (record: WorktreeRecord): record is RemovalRecord => record.state === 'removing' && record.removal !== null

async function mendRegistration(room: Room, project: Project, record: WorktreeRecord): Promise<WorktreeRecord> {
  const repository = await openRepository(room.git, project)
  if (repository.commonDir !== record.commonDir || (await findAdminDir(repository, record.path)) !== null) return record
  if (await registerAgain(room.git, repository, record))
    room.logger.warn({ worktree: record.name }, 'git had forgotten a worktree; it is registered again')
  else room.logger.error({ worktree: record.name, path: record.path }, 'git does not know a worktree any more; its folder was left alone')
  return record
}

async function undoCreation(room: Room, project: Project, record: WorktreeRecord): Promise<null> {
  room.logger.info({ worktree: record.name }, 'a half-made worktree is taken away')
  const place = room.archive.newPlace(record.projectId, record.name)
  await room.archive.put(record.path, place)
  await takeOut(room, project, record)
  room.archive.discard(place)
  return null
}

/** Takes a worktree without a folder out of its repository. A branch that is still at the base has nothing on it. */
async function takeOut(room: Room, project: Project, record: WorktreeRecord): Promise<void> {
  await room.driverNamed(record.driver).remove(project, record, { tip: record.baseCommit })
  await forget(room, record)
}

async function recoverRemoval(room: Room, project: Project, record: RemovalRecord): Promise<WorktreeRecord | null> {
  const { archive } = record.removal
  if (!room.archive.owns(archive)) throw new AppError('FORBIDDEN', `${archive} is left alone: it is no archive of this app.`)
  const archived = await isThere(archive)
  if (await isThere(record.path)) {
    if (!archived) return undoRemoval(room, project, record)
    throw new AppError('CONFLICT', `Both ${record.path} and ${archive} are there: look at them, and delete or move the first one.`)
  }
  if (archived && !(await isKept(room, project, record))) return undoRemoval(room, project, record)
  try {
    await letGo(room, project, record)
  } catch (error) {
    if (!archived) throw error
    room.logger.warn({ error, worktree: record.name }, 'an interrupted removal could not be finished; the worktree is back')
    return undoRemoval(room, project, record)
  }
  await forgetArchived(room, record)
  return null
}

async function isKept({ git }: Room, project: Project, record: RemovalRecord): Promise<boolean> {
  const snapshots = await listSnapshotRefs(git, await openRepository(git, project), record.runId)
  return snapshots.some(({ commit }) => commit === record.removal.snapshot)
}
