import { defineOp, type OpDefinition } from '../runs/index.ts'
import { endingOf } from './endings.ts'
import { asCheck, ChangedWorktree, findFree, type WorktreeOpDeps } from './worktree-target.ts'

/** Puts a worktree back to its base commit after a snapshot of it. Ignored files stay. */
export function createWorktreeResetOp(deps: WorktreeOpDeps): OpDefinition {
  const { worktrees } = deps
  return defineOp<ChangedWorktree>({
    name: 'worktree.reset',
    title: 'Reset worktree',
    params: ChangedWorktree,
    timeouts: { warningMs: 2 * 60_000, hardMs: 15 * 60_000, onTimeout: 'ask' },
    cancellable: false,
    idempotent: true,
    workspace: 'none',
    targets: 'worktree',
    preValidate: async ({ worktreeId }, { project }) => asCheck(await findFree(deps, project, worktreeId, null)),
    validate: async ({ project, params, run }) => asCheck(await findFree(deps, project, params.worktreeId, run.id)),
    async execute(context) {
      const { project, params } = context
      try {
        const { name, baseCommit } = await worktrees.reset(project!, params.worktreeId, { discardChanges: params.discardChanges })
        context.emit({
          kind: 'worktree',
          message: `Worktree ${name} is back at ${baseCommit?.slice(0, 10)}.`,
          data: { worktreeId: params.worktreeId },
        })
        return { outcome: 'success', result: { worktreeId: params.worktreeId, head: baseCommit }, message: `${name} is back at its base` }
      } catch (error) {
        return endingOf(error, 'GIT_FAILED')
      }
    },
    async postCheck({ project, params }) {
      const worktree = await worktrees.get(project!, params.worktreeId)
      const data = worktree && { head: worktree.headCommit, base: worktree.baseCommit, dirty: worktree.dirty }
      if (worktree && !worktree.dirty && worktree.headCommit === worktree.baseCommit) return { result: 'verified', data }
      const state = worktree ? `it is at ${worktree.headCommit}${worktree.dirty ? ' with uncommitted changes' : ''}` : 'it is gone'
      return {
        result: 'mismatch',
        error: {
          code: 'POST_CHECK_FAILED',
          message: `The reset of ${params.worktreeId} ended, but ${state}; its base is ${worktree?.baseCommit}.`,
        },
        data,
      }
    },
  })
}
