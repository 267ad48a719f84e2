import type { RunDiff } from '../../shared/contract/runs.ts'
import type { Project, Worktree } from '../../shared/models/index.ts'

/** What the rest of the core asks of the worktree manager. All paths are absolute; all failures are `AppError`s that say what to do. */
export interface Worktrees {
  /** Makes `task-{runId}-{timestamp}` (folder and branch) at `base`, the project's HEAD when null. Safe to call again for the same run after a crash. */
  create(project: Project, request: { runId: string; base: string | null }): Promise<Worktree>
  /** The main checkout and every worktree under this app's root. `sizes` measures disk use, which takes time. */
  list(project: Project, options?: { sizes?: boolean }): Promise<Worktree[]>
  get(project: Project, worktreeId: string): Promise<Worktree | null>
  /** Hard reset to the base commit, untracked files removed, after a snapshot. Ignored files stay unless `ignored` is set: no snapshot has them. */
  reset(project: Project, worktreeId: string, options: { discardChanges: boolean; ignored?: boolean }): Promise<Worktree>
  /** Archive-first removal after a snapshot; never the main checkout, never outside the worktree root. */
  remove(project: Project, worktreeId: string, options: { discardChanges: boolean }): Promise<Worktree>
  /** Keeps the whole worktree as a commit at `refs/controlroom/snapshots/<runId>/<n>`. Null when nothing differs from the last one. */
  snapshot(project: Project, worktreeId: string): Promise<{ ref: string; commit: string } | null>
  /** The snapshots of a run, oldest first; they outlive its worktree. */
  snapshots(project: Project, runId: string): Promise<Snapshot[]>
  /**
   * Makes the files of a worktree those of a snapshot of its run, byte for byte. HEAD, branch and index stay.
   *
   * @returns the snapshot of the state before, which undoes this
   */
  restore(project: Project, worktreeId: string, ref: string): Promise<{ ref: string; commit: string }>
  /** Everything the worktree has that its base has not: commits, staged, unstaged and untracked files. */
  diff(project: Project, worktreeId: string): Promise<RunDiff>
  /** Finishes or undoes what a crash left behind. */
  recover(projects: readonly Project[]): Promise<void>
}

/** A kept state of a worktree. `createdAt` is UTC epoch milliseconds, to the second. */
export interface Snapshot {
  readonly ref: string
  readonly commit: string
  readonly createdAt: number
}
