import { readFile, realpath } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { AppError, type Project } from '../../shared/models/index.ts'
import type { WorktreeDriver } from './driver-port.ts'
import { look } from './files.ts'
import type { Git } from './git/git.ts'
import { type Checkout, findAdminDir, openRepository, type Repository } from './git/repository.ts'
import { listWorktrees } from './git/worktree-list.ts'
import { parseWorktreeName } from './names.ts'
import type { WorktreeRecord } from './records.ts'

/** Finds the checkout of a record, enough to read from it. Null when its folder is gone or git does not know it. */
export async function findCheckout(repository: Repository, record: WorktreeRecord): Promise<Checkout | null> {
  if (repository.commonDir !== record.commonDir) return null
  const stats = await look(record.path)
  if (!stats?.isDirectory()) return null
  const admin = await findAdminDir(repository, record.path)
  return admin === null ? null : { repository, path: record.path, admin }
}

const refuse = (path: string, why: string): AppError =>
  new AppError('FORBIDDEN', `${path} is left alone: ${why}. Look at it, and remove it by hand if it is not needed.`)

/**
 * Proves that a record names the place where its worktree was made, inside the driver's root, no link on the way there. There may be nothing in it.
 *
 * @throws AppError FORBIDDEN  it names something else
 */
export async function provePlace(project: Project, record: WorktreeRecord, driver: WorktreeDriver): Promise<void> {
  const { path, name } = record
  if (record.projectId !== project.id || parseWorktreeName(name)?.runId !== record.runId) {
    throw refuse(path, 'its record belongs to another run or project')
  }
  const plan = driver.plan(project, name)
  if (plan.path !== path || plan.branch !== record.branch) throw refuse(path, 'its record names another folder or branch')
  const parent = await realpath(dirname(path)).catch(() => null)
  if (!path.startsWith(driver.root + sep) || (parent !== null && parent !== dirname(path)))
    throw refuse(path, `it does not lie inside ${driver.root}`)
}

/**
 * Proves that a folder is the worktree of its record, before anything in it is destroyed.
 *
 * The record, the folder, its `.git` file and the registration in the repository must all say the same.
 *
 * @throws AppError NOT_FOUND  the folder is gone
 * @throws AppError FORBIDDEN  it is something else by now
 */
export async function proveIdentity(git: Git, project: Project, record: WorktreeRecord, driver: WorktreeDriver): Promise<Checkout> {
  const { path, name } = record
  await provePlace(project, record, driver)
  const stats = await look(path)
  if (!stats) throw new AppError('NOT_FOUND', `The worktree ${name} is already gone.`)
  if (stats.isSymbolicLink()) throw refuse(path, 'a link stands where the worktree was')
  if (!stats.isDirectory()) throw refuse(path, 'it is no folder')
  if ((await realpath(path)) !== path) throw refuse(path, `it does not lie inside ${driver.root}`)

  const repository = await openRepository(git, project)
  if (repository.commonDir !== record.commonDir) throw refuse(path, `it belongs to another repository than ${project.path}`)
  const entry = (await listWorktrees(git, repository)).find((listed) => listed.path === path)
  const admin = await findAdminDir(repository, path)
  if (!entry || !admin) throw refuse(path, `git does not list it as a worktree of ${project.path}`)
  if (entry.main || path === project.path) throw refuse(path, 'it is the main checkout')

  const pointer = await readFile(join(path, '.git'), 'utf8').catch(() => null)
  const target = pointer?.startsWith('gitdir: ') ? resolve(path, pointer.slice('gitdir: '.length).trimEnd()) : null
  if (target !== admin)
    throw refuse(path, `its .git file does not lead to its registration ("git worktree repair" in ${project.path} may mend it)`)
  return { repository, path, admin }
}
