import { rm } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import type { Project } from '../../../shared/models/index.ts'
import type { WorktreeDriver, WorktreePlace } from '../driver-port.ts'
import { createKeyedLock } from '../locks.ts'
import { addWorktree } from './add-worktree.ts'
import type { Git } from './git.ts'
import { removeWorktree } from './remove-worktree.ts'
import { openRepository } from './repository.ts'
import { resetWorktree } from './reset-worktree.ts'
import { listWorktrees } from './worktree-list.ts'

/**
 * Makes the driver that uses git alone: any base, own place `<root>/<projectId>/<name>`, no server.
 *
 * What changes the registrations of a repository runs one at a time for each repository: git itself takes no lock there.
 *
 * @param options.root  an existing folder, without symbolic links in its path
 */
export function createGitDriver({ root, git }: { root: string; git: Git }): WorktreeDriver {
  const alone = createKeyedLock()
  const plan = (project: Project, name: string): WorktreePlace => ({ path: join(root, project.id, name), branch: name })

  return {
    name: 'git',
    root,
    plan,
    async create(project, name, baseCommit) {
      const repository = await openRepository(git, project)
      await alone(repository.commonDir, () => addWorktree(git, repository, plan(project, name), baseCommit))
    },
    async list(project) {
      const repository = await openRepository(git, project)
      const all = await listWorktrees(git, repository)
      return all
        .filter(({ path, main, prunable }) => !main && !prunable && path.startsWith(root + sep))
        .map(({ path, head, branch }) => ({ path, head, branch: branch ?? basename(path) }))
    },
    async reset(project, place, options) {
      const repository = await openRepository(git, project)
      await resetWorktree(git, repository, place, options)
    },
    async remove(project, place, { tip }) {
      const repository = await openRepository(git, project)
      await alone(repository.commonDir, () => removeWorktree(git, repository, place, tip))
      await rm(place.path, { recursive: true, force: true })
    },
  }
}
