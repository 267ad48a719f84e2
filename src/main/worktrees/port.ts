import type { RunDiff } from '../../shared/contract/runs.ts'
import type { Project, Worktree } from '../../shared/models/index.ts'

/** What the rest of the core asks of the worktree manager. All paths are absolute; all failures are `AppError`s that say what to do. */
export interface Worktrees {
  /** Makes `task-{runId}-{timestamp}` (folder and branch) at `base`, the project's HEAD when null. Safe to call again for the same run after a crash. */
  create(project: Project, request: { runId: string; base: string | null }): Promise<Worktree>
  /** The main checkout and every worktree under this app's root. `sizes` measures disk use, which takes time. */
  list(project: Project, options?: { sizes?: boolean }): Promise<Worktree[]>
  get(project: Project, worktreeId: string): Promise<Worktree | null>
  /** Hard reset to the base commit, untracked files removed, after a snapshot. */
  reset(project: Project, worktreeId: string, options: { discardChanges: boolean }): Promise<Worktree>
  /** Archive-first removal after a snapshot; never the main checkout, never outside the worktree root. */
  remove(project: Project, worktreeId: string, options: { discardChanges: boolean }): Promise<Worktree>
  /** Keeps the whole worktree as a commit at `refs/controlroom/snapshots/<runId>/<n>`. Null when nothing differs from the last one. */
  snapshot(project: Project, worktreeId: string): Promise<{ ref: string; commit: string } | null>
  /** Everything the worktree has that its base has not: commits, staged, unstaged and untracked files. */
  diff(project: Project, worktreeId: string): Promise<RunDiff>
  /** Finishes or undoes what a crash left behind. */
  recover(projects: readonly Project[]): Promise<void>
}
