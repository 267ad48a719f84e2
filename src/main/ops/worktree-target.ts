import { z } from 'zod'
import { fail, isEnded, ok, type Project, type Result, type Run, type Worktree } from '../../shared/models/index.ts'
import type { Worktrees } from '../worktrees/index.ts'

/** What the ops on a worktree of another run need. */
export interface WorktreeOpDeps {
  readonly worktrees: Worktrees
  /** The run as it is stored now, null when there is none. */
  readonly run: (runId: string) => Promise<Run | null>
}

/** The parameters of an op that may take changes away. `worktreeId` is its target. */
export const ChangedWorktree = z.strictObject({
  worktreeId: z.string().min(1).max(200),
  /** Confirms that uncommitted or unmerged work may go; a snapshot of it is kept all the same. */
  discardChanges: z.boolean().default(false),
})
export type ChangedWorktree = z.infer<typeof ChangedWorktree>

/**
 * Finds a worktree that may be changed: one of the project, not the main checkout, and no run at work in it.
 *
 * @param self  the run that asks, which may change its own worktree; null before there is one
 */
export async function findFree(
  { worktrees, run }: WorktreeOpDeps,
  project: Project | null,
  worktreeId: string,
  self: string | null,
): Promise<Result<Worktree>> {
  if (!project) return fail('VALIDATION_FAILED', 'The run belongs to no project: name the project of the worktree.')
  const worktree = await worktrees.get(project, worktreeId)
  if (!worktree) return fail('NOT_FOUND', `There is no worktree ${worktreeId} in ${project.name}: it may have been removed.`)
  if (worktree.main) return fail('FORBIDDEN', `${worktreeId} is the main checkout of ${project.name}: the app never changes or removes it.`)
  const owner = worktree.runId === null || worktree.runId === self ? null : await run(worktree.runId)
  // One that waits for its next attempt goes on in there.
  if (owner && !isEnded(owner.status)) {
    return fail('CONFLICT', `“${owner.title}” works in ${worktree.name} and is not over: cancel that run first.`, {
      data: { runId: owner.id },
    })
  }
  return ok(worktree)
}

/** A result without its value. */
export const asCheck = (result: Result<unknown>): Result<void> => (result.ok ? ok(undefined) : result)
