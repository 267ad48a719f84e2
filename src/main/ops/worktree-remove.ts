import { access } from 'node:fs/promises'
import { ok } from '../../shared/models/index.ts'
import { defineOp, type OpDefinition, type StepEnding } from '../runs/index.ts'
import { endingOf } from './endings.ts'
import { asCheck, ChangedWorktree, findFree, type WorktreeOpDeps } from './worktree-target.ts'

/**
 * Removes a worktree, archive first: a snapshot of it is kept. Work that is nowhere else goes only with `discardChanges`.
 *
 * @param deps.release  frees what others hold in the folder
 */
export function createWorktreeRemoveOp(deps: WorktreeOpDeps & { release: (directory: string) => Promise<void> }): OpDefinition {
  const { worktrees } = deps
  return defineOp<ChangedWorktree>({
    name: 'worktree.remove',
    title: 'Remove worktree',
    params: ChangedWorktree,
    timeouts: { warningMs: 2 * 60_000, hardMs: 15 * 60_000, onTimeout: 'ask' },
    cancellable: false,
    idempotent: true,
    workspace: 'none',
    targets: 'worktree',
    preValidate: async ({ worktreeId }, { project }) => asCheck(await findFree(deps, project, worktreeId, null)),
    async validate({ project, params, run, attempt }) {
      const found = await findFree(deps, project, params.worktreeId, run.id)
      // An attempt that was cut off may have removed it.
      return !found.ok && found.error.code === 'NOT_FOUND' && attempt > 1 ? ok(undefined) : asCheck(found)
    },
    snapshot: async ({ project, params }) => (await worktrees.get(project!, params.worktreeId))?.path ?? null,
    async execute(context): Promise<StepEnding> {
      const { project, params } = context
      try {
        const worktree = await worktrees.get(project!, params.worktreeId)
        if (!worktree) return { outcome: 'success', result: { removed: false }, message: 'already removed' }
        await deps.release(worktree.path)
        const { name, path, branch, headCommit } = await worktrees.remove(project!, params.worktreeId, {
          discardChanges: params.discardChanges,
        })
        context.emit({
          kind: 'worktree',
          message: `Worktree ${name} removed; a snapshot of it is kept.`,
          data: { worktreeId: params.worktreeId },
        })
        return { outcome: 'success', result: { removed: true, path, branch, head: headCommit }, message: `${name} removed` }
      } catch (error) {
        return endingOf(error, 'GIT_FAILED')
      }
    },
    async postCheck({ project, params }, path) {
      const known = (await worktrees.get(project!, params.worktreeId)) !== null
      const there = typeof path === 'string' && (await isThere(path))
      if (!known && !there) return { result: 'verified' }
      const message = known ? `git still knows the worktree ${params.worktreeId}` : `the folder ${path} is still there`
      return { result: 'mismatch', error: { code: 'POST_CHECK_FAILED', message: `The removal ended, but ${message}.` } }
    },
  })
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
