import type { Project } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import type { Archive } from './archive.ts'
import type { WorktreeDriver } from './driver-port.ts'
import type { Git } from './git/git.ts'
import type { WorktreeRecords } from './records.ts'

/** What every verb of the manager works with. */
export interface Room {
  /** The folder of all worktrees, without symbolic links in its path. */
  readonly root: string
  readonly git: Git
  readonly records: WorktreeRecords
  readonly archive: Archive
  readonly clock: Clock
  readonly logger: Logger
  /** The driver for a new worktree of a project. */
  driverFor(project: Project): WorktreeDriver
  /** The driver that made a worktree. @throws AppError CONFLICT  this app has it no more */
  driverNamed(name: string): WorktreeDriver
}

/** Where our own index for snapshots of a worktree lies, and where a diff puts what it throws away. Beside no worktree, so never in a listing. */
export const storeFolder = (room: Room, projectId: string, name: string): string => `${room.root}/.snapshots/${projectId}-${name}`
export const temporaryFolder = (room: Room): string => `${room.root}/.tmp`
