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
  /** The worktree of a run as it is now. Null when it has none. */
  ofRun(project: Project, runId: string): Promise<Worktree | null>
  /**
   * Commits everything in a worktree, untracked files too. No hook runs and nothing is signed.
   *
   * @returns the new commit, null when there was nothing to commit
   * @throws AppError VALIDATION_FAILED when git does not know who commits, CONFLICT while conflicts are unresolved
   */
  commit(project: Project, worktreeId: string, message: string): Promise<string | null>
  /** The branch of the main checkout and its upstream as it was fetched last, read afresh. Asks no remote and changes nothing. */
  mainBranch(project: Project): Promise<MainBranch>
  /**
   * Fetches the upstream of the main checkout's branch and moves the branch forward to it; never merges, rebases or puts anything aside.
   *
   * A branch that is ahead of its upstream stays as it is, and that is no failure here.
   *
   * @param env  given to the fetch alone, by which it can be found and ended; what changes the person's files should not be cut off
   * @throws AppError CONFLICT when it is dirty, has no upstream or has gone apart from it; FORBIDDEN when nobody trusts the project and its configuration
   * names programs; INTERNAL with what git said when a command failed
   */
  pull(project: Project, options: { env: Readonly<Record<string, string>> }): Promise<Pulled>
  /** Finishes or undoes what a crash left behind. */
  recover(projects: readonly Project[]): Promise<void>
}

/** The main checkout's branch. `head` is null before the first commit, `branch` when detached; files are relative paths. */
export interface MainBranch {
  readonly head: string | null
  readonly branch: string | null
  readonly dirtyFiles: readonly string[]
  readonly upstream: Upstream | null
}

/** What a branch follows: `origin/main` at a commit, null when it was never fetched. `ahead` and `behind` count the branch's commits against it. */
export interface Upstream {
  readonly name: string
  readonly commit: string | null
  readonly ahead: number
  readonly behind: number
  /** Where it is fetched from; null for a branch of the same repository. */
  readonly remote: { readonly name: string; readonly ref: string } | null
}

/** What a pull did: `branch` went from one commit to another, `commits` of them new. */
export interface Pulled {
  readonly branch: string
  readonly upstream: string
  readonly from: string
  readonly to: string
  readonly commits: number
}

/** A kept state of a worktree. `createdAt` is UTC epoch milliseconds, to the second. */
export interface Snapshot {
  readonly ref: string
  readonly commit: string
  readonly createdAt: number
}
