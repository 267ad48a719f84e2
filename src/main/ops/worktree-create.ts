import { z } from 'zod'
import { defineOp, type OpDefinition } from '../runs/index.ts'
import type { Worktrees } from '../worktrees/index.ts'
import { endingOf } from './endings.ts'
import { needsProject } from './needs-project.ts'

const Params = z.strictObject({
  /** Commit, branch or tag that it starts from; the project's HEAD when left out. */
  base: z.string().trim().min(1).max(500).optional(),
})

/** Makes a worktree in a project, named for the run that made it. It stays, whatever the cleanup policy says: to make it was the run's whole purpose. */
export function createWorktreeCreateOp({ worktrees }: { worktrees: Worktrees }): OpDefinition {
  return defineOp<z.infer<typeof Params>>({
    name: 'worktree.create',
    title: 'Create worktree',
    params: Params,
    timeouts: { warningMs: 2 * 60_000, hardMs: 15 * 60_000, onTimeout: 'ask' },
    cancellable: false,
    idempotent: true,
    workspace: 'none',
    targets: 'project',
    preValidate: async (_params, { project }) => needsProject(project, 'A worktree'),
    validate: async ({ project }) => needsProject(project, 'A worktree'),
    async execute(context) {
      const { project, run, params } = context
      try {
        const worktree = await worktrees.create(project!, { runId: run.id, base: params.base ?? null })
        const { id, path, branch, baseCommit } = worktree
        context.emit({
          kind: 'worktree',
          message: `Worktree ${worktree.name} made from ${baseCommit?.slice(0, 10)}.`,
          data: { worktreeId: id, path, branch, baseCommit },
        })
        return { outcome: 'success', result: { worktreeId: id, path, branch, baseCommit }, message: worktree.name }
      } catch (error) {
        return endingOf(error, 'GIT_FAILED')
      }
    },
    async postCheck({ project, run }) {
      const worktree = await worktrees.ofRun(project!, run.id)
      return worktree
        ? { result: 'verified', data: { worktreeId: worktree.id, head: worktree.headCommit } }
        : { result: 'mismatch', error: { code: 'POST_CHECK_FAILED', message: 'The worktree was made, but git does not know it now.' } }
    },
  })
}
