import { z } from 'zod'
import type { Json, Project, Worktree } from '../../shared/models/index.ts'
import { defineOp, type OpDefinition, type StepEnding } from '../runs/index.ts'
import type { Worktrees } from '../worktrees/index.ts'
import { endingOf } from './endings.ts'
import { needsProject } from './needs-project.ts'

const Params = z.strictObject({ message: z.string().trim().min(1).max(100_000) })

/** What a worktree was like before. */
const Before = z.object({ head: z.string().nullable(), dirty: z.boolean() })

/**
 * Commits everything in the run's worktree, as the person whom git knows. Nothing to commit is a success too, with `committed: false`.
 *
 * Done is a HEAD that moved and a worktree without changes, read again afterwards.
 */
export function createGitCommitOp({ worktrees }: { worktrees: Worktrees }): OpDefinition {
  const own = async (project: Project, runId: string): Promise<Worktree> => {
    const worktree = await worktrees.ofRun(project, runId)
    if (worktree) return worktree
    throw new Error(`The worktree of run ${runId} is gone.`)
  }
  return defineOp<z.infer<typeof Params>>({
    name: 'git.commit',
    title: 'Commit',
    params: Params,
    timeouts: { warningMs: 60_000, hardMs: 10 * 60_000, onTimeout: 'ask' },
    cancellable: false,
    idempotent: true,
    workspace: 'worktree',
    targets: 'project',
    preValidate: async (_params, { project }) => needsProject(project, 'A commit'),
    validate: async ({ project }) => needsProject(project, 'A commit'),
    async snapshot({ project, run }): Promise<Json> {
      const { headCommit, dirty } = await own(project!, run.id)
      return { head: headCommit, dirty } satisfies z.infer<typeof Before>
    },
    async execute(context): Promise<StepEnding> {
      const { project, run, params } = context
      try {
        const worktree = await own(project!, run.id)
        const commit = await worktrees.commit(project!, worktree.id, params.message)
        if (commit === null) return { outcome: 'success', result: { committed: false }, message: 'nothing to commit' }
        const subject = params.message.split('\n')[0]!
        context.emit({
          kind: 'worktree',
          message: `Committed ${commit.slice(0, 10)}: ${subject}`,
          data: { commit, worktreeId: worktree.id },
        })
        return { outcome: 'success', result: { committed: true, commit, branch: worktree.branch }, message: subject.slice(0, 200) }
      } catch (error) {
        return endingOf(error, 'GIT_FAILED')
      }
    },
    async postCheck({ project, run }, state) {
      const before = Before.parse(state)
      const { headCommit, dirty } = await own(project!, run.id)
      const moved = headCommit !== before.head
      const data = { head: headCommit, dirty }
      // Without changes before there was nothing to commit.
      if (!dirty && (moved || !before.dirty)) return { result: 'verified', data }
      const message = dirty
        ? `The commit ended, but the worktree still has uncommitted changes at ${headCommit}.`
        : `The commit ended, but HEAD still is ${headCommit}.`
      return { result: 'mismatch', error: { code: 'POST_CHECK_FAILED', message, data }, data }
    },
  })
}
