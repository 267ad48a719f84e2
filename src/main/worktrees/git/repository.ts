import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError, type Project } from '../../../shared/models/index.ts'
import { look } from '../files.ts'
import { type Git, type GitCall, gitFailure } from './git.ts'

/** A project's repository. `commonDir` holds what all its worktrees share: objects, references, and their registrations. */
export interface Repository {
  /** The main checkout. */
  readonly root: string
  readonly commonDir: string
}

/** How to run git in a main checkout. Without the ceiling git would take a repository further up when this one is gone. */
export const inMainCheckout = (root: string): GitCall => ({ cwd: root, env: { GIT_CEILING_DIRECTORIES: dirname(root) } })

/** What was found for a main checkout, and the `.git` it was found by. Kept for as long as the way of running git is. */
const found = new WeakMap<Git, Map<string, { mark: string; repository: Repository }>>()

/**
 * Finds the repository of a project. Asks git once, and again when another `.git` is there.
 *
 * @throws AppError NOT_FOUND  the folder or its repository is gone
 * @throws AppError VALIDATION_FAILED  it is bare: there are no files to work on
 */
export async function openRepository(git: Git, project: Pick<Project, 'path' | 'name'>): Promise<Repository> {
  const known = found.get(git) ?? new Map<string, { mark: string; repository: Repository }>()
  found.set(git, known)
  const stats = await look(join(project.path, '.git'))
  const mark = stats && `${stats.dev}:${stats.ino}:${stats.birthtimeMs}`
  const last = known.get(project.path)
  if (mark !== null && last?.mark === mark) return last.repository
  const repository = await findRepository(git, project)
  if (mark !== null) known.set(project.path, { mark, repository })
  return repository
}

async function findRepository(git: Git, project: Pick<Project, 'path' | 'name'>): Promise<Repository> {
  const args = ['rev-parse', '--path-format=absolute', '--is-bare-repository', '--git-common-dir']
  const answer = await git(args, inMainCheckout(project.path))
  if (answer.code !== 0) {
    if (!/not a git repository/.test(answer.stderr)) throw gitFailure(`read the repository of ${project.name}`, answer)
    throw new AppError('NOT_FOUND', `${project.path} is no git repository any more: restore it, or remove the project ${project.name}.`)
  }
  const [bare, ...rest] = answer.stdout.split('\n')
  if (bare === 'true') throw new AppError('VALIDATION_FAILED', `${project.path} is a bare repository: add a clone that has its files.`)
  // A path may hold line breaks; the answer ends with one.
  return { root: project.path, commonDir: rest.join('\n').slice(0, -1) }
}

/**
 * Turns what a person or an op calls a commit into its id.
 *
 * @param base  commit, branch, tag or any other revision; null takes HEAD
 * @throws AppError VALIDATION_FAILED  it names no commit, or looks like an option
 */
export async function resolveCommit(git: Git, repository: Repository, base: string | null): Promise<string> {
  const revision = base ?? 'HEAD'
  const readable = revision !== '' && !revision.startsWith('-') && ![...revision].some((letter) => letter < ' ' || letter === '\x7f')
  if (readable) {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
    const answer = await git(args, inMainCheckout(repository.root))
    const commit = answer.stdout.trim()
    if (answer.code === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return commit
  }
  if (base === null) {
    throw new AppError(
      'VALIDATION_FAILED',
      `The repository ${repository.root} has no commit yet: make a first commit, then start the run again.`,
    )
  }
  throw new AppError(
    'VALIDATION_FAILED',
    `"${base}" names no commit in ${repository.root}: give a branch, a tag or a commit id that exists.`,
  )
}

/**
 * Finds the folder in which a repository keeps a worktree's HEAD and index; null when the worktree is not registered.
 *
 * Commands for a worktree name this folder themselves: a worktree whose `.git` file is lost would send git to whatever repository lies further up.
 */
export async function findAdminDir(repository: Repository, worktreePath: string): Promise<string | null> {
  const registry = join(repository.commonDir, 'worktrees')
  // Git calls it like the worktree's folder, with a number behind when that was taken.
  const likely = basename(worktreePath)
  const others = await readdir(registry).catch((): string[] => [])
  for (const id of new Set([likely, ...others])) {
    const admin = join(registry, id)
    const pointer = await readFile(join(admin, 'gitdir'), 'utf8').catch(() => null)
    // Git 2.48 may write it relative to its own place.
    if (pointer !== null && resolve(admin, pointer.trimEnd()) === join(worktreePath, '.git')) return admin
  }
  return null
}

/** A registered worktree with all that git needs to work in it. */
export interface Checkout {
  readonly repository: Repository
  readonly path: string
  readonly admin: string
}

/** How to run git in a worktree, whatever has become of its `.git` file. */
export const inCheckout = ({ path, admin }: Checkout): GitCall => ({ cwd: path, env: { GIT_DIR: admin, GIT_WORK_TREE: path } })
