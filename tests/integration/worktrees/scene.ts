import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Clock, newId, silentLogger, systemClock } from '../../../src/main/platform/index.ts'
import { createWorktrees, type WorktreeManager } from '../../../src/main/worktrees/index.ts'
import type { Project, Worktree } from '../../../src/shared/models/index.ts'
import { createRepository, repositoryAt, type TestRepository } from '../../support/git.ts'
import { tempFolder } from '../../support/temp.ts'

/** A project with a real repository, and a manager with its own data folder. */
export interface Scene {
  readonly repository: TestRepository
  readonly project: Project
  readonly root: string
  readonly worktrees: WorktreeManager
  /** Another manager over the same folders, as after a restart. */
  restart(): WorktreeManager
  /** Makes the worktree of a run, a new run when none is named. */
  start(runId?: string, base?: string): Promise<{ worktree: Worktree; files: TestRepository; runId: string }>
  /** What is left in the root, trash and records included, as relative names. */
  left(): string[]
}

export const projectAt = (path: string, id = newId()): Project => ({
  id,
  name: 'Project',
  path,
  defaultBranch: 'main',
  trusted: true,
  runsCode: [],
  selected: false,
  limit: null,
  addedAt: 0,
  problem: null,
})

export function createScene(files?: Readonly<Record<string, string | Buffer>>, clock: Clock = systemClock): Scene {
  const repository = createRepository(files)
  const project = projectAt(repository.path)
  const root = join(tempFolder('data'), 'worktrees')
  const open = (): WorktreeManager => {
    const manager = createWorktrees({ root, clock, logger: silentLogger })
    onTestFinished(() => manager.settled())
    return manager
  }
  const worktrees = open()
  return {
    repository,
    project,
    root,
    worktrees,
    restart: open,
    async start(runId = newId(), base) {
      const worktree = await worktrees.create(project, { runId, base: base ?? null })
      return { worktree, files: repositoryAt(worktree.path), runId }
    },
    left: () => readdirSync(root).flatMap((name) => readdirSync(join(root, name)).map((child) => `${name}/${child}`)),
  }
}
