import type { Project } from '../../shared/models/index.ts'

/** Where a worktree of a run lies and what its branch is called. */
export interface WorktreePlace {
  /** Absolute, without symbolic links. */
  readonly path: string
  readonly branch: string
}

/** A worktree as a driver finds it. */
export interface DriverWorktree extends WorktreePlace {
  readonly head: string | null
}

/**
 * One way to make worktrees. The manager above it keeps the records, takes the snapshots, checks identities and archives; a driver does the four verbs.
 *
 * All failures are `AppError`s. `reset` and `remove` destroy: they are called only for a place that the manager has recorded and checked.
 */
export interface WorktreeDriver {
  /** Kept with each worktree, so that it is always handled by the driver that made it. */
  readonly name: string
  /** Every worktree of this driver lies inside this folder: absolute, without symbolic links. */
  readonly root: string
  /** Says where `create` will put a worktree of this name. Does nothing. */
  plan(project: Project, name: string): WorktreePlace
  /** Makes the planned folder and branch at a commit. May leave something half-made when it fails: `remove` takes that away. */
  create(project: Project, name: string, baseCommit: string): Promise<void>
  /** The worktrees inside `root` whose folder exists. */
  list(project: Project): Promise<DriverWorktree[]>
  /** Puts branch, index and files back to a commit and deletes untracked files; ignored ones too when asked. */
  reset(project: Project, place: WorktreePlace, options: { commit: string; ignored: boolean }): Promise<void>
  /**
   * Takes away the registration, and the folder if it is still there. Safe to call again, and for something half-made.
   *
   * The branch goes only while it is at `tip`: whoever moved it since has work on it. When this fails, the branch is as before.
   */
  remove(project: Project, place: WorktreePlace, options: { tip: string | null }): Promise<void>
}
