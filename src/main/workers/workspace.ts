import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type ClaimedRun, isEnded, type Lease, type Project, type Run, type Settings } from '../../shared/models/index.ts'
import type { Operations } from '../operations/index.ts'
import type { Logger } from '../platform/index.ts'
import type { Snapshot, Worktrees } from '../worktrees/index.ts'
import type { RunWriter } from './run-writer.ts'

/** Where a run works: its worktree, or a scratch folder of its own. */
export interface Workspace {
  /** Makes or finds the run's folder. A retry's worktree is snapshotted first, and the attempt refused while that fails. */
  prepare(run: ClaimedRun, project: Project | null, needsWorktree: boolean, writer: RunWriter): Promise<string>
  /** After an ending: keeps a snapshot, frees what agents hold, and removes the worktree when the cleanup policy says so. Never throws. */
  finish(run: Run, project: Project | null): Promise<void>
}

export function createWorkspace(deps: {
  worktrees: Worktrees
  operations: Operations
  settings: () => Settings
  /** Frees what the agents' server holds for a folder. */
  disposeDirectory: (directory: string) => Promise<void>
  storeWorktree: (lease: Lease, worktreeId: string) => Promise<void>
  scratchRoot: string
  logger: Logger
}): Workspace {
  const { worktrees } = deps

  /** @param again the newest snapshot of a worktree that is gone, to go on from */
  const makeWorktree = async (run: ClaimedRun, project: Project, writer: RunWriter, again?: Snapshot): Promise<string> => {
    const operation = deps.operations.start(`Create worktree · ${run.title}`, 'worktree', { parent: run.id })
    operation.updateProgress(-1, project.name)
    try {
      const wanted = typeof run.params.base === 'string' ? run.params.base : null
      // A snapshot's parent is the commit its worktree was at.
      const worktree = await worktrees.create(project, { runId: run.id, base: again ? `${again.commit}^` : wanted })
      if (again) await worktrees.restore(project, worktree.id, again.ref)
      await writer.write((lease) => deps.storeWorktree(lease, worktree.id))
      writer.emit(
        {
          kind: 'worktree',
          message: `Worktree ${worktree.name} made from ${worktree.baseCommit?.slice(0, 10)}.`,
          data: { worktreeId: worktree.id, path: worktree.path, branch: worktree.branch, baseCommit: worktree.baseCommit },
        },
        null,
      )
      operation.complete()
      return worktree.path
    } catch (error) {
      operation.complete({
        code: error instanceof AppError ? error.code : 'ERROR',
        message: error instanceof Error ? error.message : String(error),
      })
      throw error
    }
  }

  /** The worktree that an earlier attempt worked in was deleted by somebody, or by the cleanup policy before a follow-up. */
  const makeAgain = async (run: ClaimedRun, project: Project, writer: RunWriter): Promise<string> => {
    const again = (await worktrees.snapshots(project, run.id)).at(-1)
    if (!again && run.steps.some((step) => step.status === 'succeeded')) {
      throw new AppError(
        'NOT_FOUND',
        'The worktree of this run is gone, and with it what its first steps did. Queue a new run to do all of it again.',
      )
    }
    const from = again ? `made again from the snapshot of ${new Date(again.createdAt).toISOString()}` : 'it starts over in a new one'
    writer.emit(
      { kind: 'worktree', level: 'warn', message: `The worktree of this run was gone: ${from}.`, data: again && { ...again } },
      null,
    )
    return makeWorktree(run, project, writer, again)
  }

  return {
    async prepare(run, project, needsWorktree, writer) {
      if (!project || !needsWorktree) {
        const scratch = join(deps.scratchRoot, run.id)
        await mkdir(scratch, { recursive: true })
        return scratch
      }
      if (!run.worktreeId) return makeWorktree(run, project, writer)
      if (!(await worktrees.get(project, run.worktreeId))) return makeAgain(run, project, writer)
      // Answers with the one that is there, and takes away the locks that a killed git left in it.
      const existing = await worktrees.create(project, { runId: run.id, base: null })
      const snapshot = await worktrees.snapshot(project, existing.id)
      if (snapshot)
        writer.emit(
          { kind: 'worktree', message: `Snapshot ${snapshot.commit.slice(0, 10)} kept before this attempt.`, data: snapshot },
          null,
        )
      return existing.path
    },
    async finish(run, project) {
      if (!isEnded(run.status) || !project || !run.worktreeId) return
      try {
        const worktree = await worktrees.get(project, run.worktreeId)
        if (!worktree) return
        await deps.disposeDirectory(worktree.path)
        await worktrees.snapshot(project, worktree.id)
        const policy = deps.settings().cleanup[run.status as 'succeeded' | 'failed' | 'cancelled']
        if (policy === 'remove') await worktrees.remove(project, worktree.id, { discardChanges: true })
      } catch (error) {
        deps.logger.error({ error, runId: run.id }, 'the worktree of an ended run could not be tidied up; it is kept')
      }
    },
  }
}
