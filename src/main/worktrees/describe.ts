import { basename } from 'node:path'
import type { Project, Worktree } from '../../shared/models/index.ts'
import { diskSize } from './disk-size.ts'
import type { Git } from './git/git.ts'
import { type Checkout, openRepository, type Repository } from './git/repository.ts'
import { countAhead, readStatus } from './git/status.ts'
import type { WorktreeRecord } from './records.ts'

/** Reads the present state of a recorded worktree. `branch` is what is checked out now, null when detached. */
export async function describeWorktree(git: Git, checkout: Checkout, record: WorktreeRecord, sizes = false): Promise<Worktree> {
  const [status, sizeBytes] = await Promise.all([readStatus(git, checkout), sizes ? diskSize(checkout.path) : null])
  return Object.freeze({
    ...freshWorktree(record),
    branch: status.branch,
    headCommit: status.head,
    dirty: status.dirtyFiles.length > 0,
    ahead: status.head ? await countAhead(git, checkout, record.baseCommit, status.head) : 0,
    sizeBytes,
  })
}

/** A worktree as it is right after it was made. */
export const freshWorktree = (record: WorktreeRecord): Worktree =>
  Object.freeze({
    id: record.name,
    name: record.name,
    projectId: record.projectId,
    path: record.path,
    branch: record.branch,
    runId: record.runId,
    baseCommit: record.baseCommit,
    headCommit: record.baseCommit,
    main: false,
    dirty: false,
    ahead: 0,
    sizeBytes: null,
    createdAt: record.createdAt,
  })

/** The main checkout's id: its folder's name. */
export const mainId = (project: Project): string => basename(project.path)

/** Reads the state of the main checkout. Size is not measured: it is not the app's to tidy. */
export async function describeMain(git: Git, project: Project): Promise<Worktree> {
  const status = await readStatus(git, await mainCheckout(git, project))
  return Object.freeze({
    id: mainId(project),
    name: mainId(project),
    projectId: project.id,
    path: project.path,
    branch: status.branch,
    runId: null,
    baseCommit: null,
    headCommit: status.head,
    main: true,
    dirty: status.dirtyFiles.length > 0,
    ahead: 0,
    sizeBytes: null,
    createdAt: null,
  })
}

/** The main checkout as something to read from: its git folder is the one that all worktrees share. */
export async function mainCheckout(git: Git, project: Project): Promise<Checkout> {
  const repository: Repository = await openRepository(git, project)
  return { repository, path: project.path, admin: repository.commonDir }
}
