import { z } from 'zod'
import { type Clock, killTree } from '../platform/index.ts'
import { defineOp, type OpDefinition } from '../runs/index.ts'
import type { MainBranch, Worktrees } from '../worktrees/index.ts'
import { endingOf, stopped } from './endings.ts'
import { needsProject } from './needs-project.ts'

const Params = z.strictObject({})

/**
 * Brings the main checkout of a project up to its upstream: fetch, then only forward.
 *
 * Done is what is there afterwards: HEAD and the fetched upstream are read again, whatever git said, and have to be the same commit.
 */
export function createGitPullOp({ worktrees, clock }: { worktrees: Worktrees; clock: Clock }): OpDefinition {
  return defineOp<z.infer<typeof Params>>({
    name: 'git.pull',
    title: 'Pull',
    params: Params,
    timeouts: { warningMs: 60_000, hardMs: 10 * 60_000, onTimeout: 'kill' },
    cancellable: true,
    idempotent: true,
    workspace: 'none',
    targets: 'project',
    preValidate: async (_params, { project }) => needsProject(project, 'A pull'),
    validate: async ({ project }) => needsProject(project, 'A pull'),
    snapshot: async ({ project }) => {
      const { head, branch } = await worktrees.mainBranch(project!)
      return { head, branch }
    },
    async execute(context) {
      const { project, signal, attemptId } = context
      // A fetch may hang in the network. Only the fetch carries the mark: what changes the person's files is left to end.
      const endFetch = (): void => void killTree({ marker: { name: 'RUN_ATTEMPT_ID', value: attemptId } }, { clock })
      signal.addEventListener('abort', endFetch, { once: true })
      try {
        signal.throwIfAborted()
        const marks = Object.entries(context.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
        const pulled = await worktrees.pull(project!, { env: Object.fromEntries(marks) })
        const { branch, upstream, commits } = pulled
        const moved = commits === 1 ? '1 commit' : `${commits} commits`
        const message =
          pulled.from === pulled.to || commits === 0 ? `${branch} is up to date with ${upstream}` : `${branch}: ${moved} from ${upstream}`
        context.emit({ kind: 'step', message: `${message}.`, data: { ...pulled } })
        return { outcome: 'success', result: { ...pulled }, message }
      } catch (error) {
        return signal.aborted ? stopped(context) : endingOf(error, 'GIT_FAILED')
      } finally {
        signal.removeEventListener('abort', endFetch)
      }
    },
    async postCheck({ project }) {
      const now = await worktrees.mainBranch(project!)
      const data = { head: now.head, upstream: now.upstream?.commit ?? null }
      if (data.head !== null && data.head === data.upstream) return { result: 'verified', data }
      const error = { code: 'POST_CHECK_FAILED', message: describeMismatch(now), retryable: isRetryable(now), data }
      return { result: 'mismatch', error, data }
    },
  })
}

/** A branch that is only ahead stays ahead however often it is pulled. */
const isRetryable = ({ upstream }: MainBranch): boolean => upstream !== null && !(upstream.ahead > 0 && upstream.behind === 0)

function describeMismatch({ branch, head, upstream }: MainBranch): string {
  const here = `HEAD is ${head ?? 'no commit'}`
  if (!upstream) return `The pull ended, but ${here} and ${branch ?? 'a detached HEAD'} has no upstream now.`
  const there = `${upstream.name} is ${upstream.commit ?? 'gone'}`
  const hint =
    upstream.ahead > 0 ? ` ${branch} has ${upstream.ahead} of its own that ${upstream.name} has not: push them, or reset the branch.` : ''
  return `The pull ended, but ${here} and ${there}.${hint}`
}
