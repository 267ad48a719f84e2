import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, resolve, sep } from 'node:path'
import { AppError } from '../../shared/models/index.ts'
import { readGit } from './read-git.ts'

/** A folder that may become a project. */
export interface CheckedRepository {
  /** Real path of the main checkout's root. */
  readonly path: string
  /** What `origin` calls its default branch, else the branch that is checked out; null when neither is known. */
  readonly defaultBranch: string | null
}

/**
 * Makes sure that a path is the root of a git repository that runs can start from, and finds its real path.
 *
 * @param allowedRoots  the folders projects may lie in; empty allows any
 * @throws AppError VALIDATION_FAILED  it is something else; the sentence says what to do, and `data.root` what to add instead when that is known
 * @throws AppError FORBIDDEN  it lies outside the allowed folders
 */
export async function checkRepository(given: string, allowedRoots: readonly string[]): Promise<CheckedRepository> {
  const path = await realFolder(given)
  if (!(await isAllowed(path, allowedRoots))) {
    const message = `${path} is outside the folders that projects may lie in (${allowedRoots.join(', ')}): move it, or change "allowed folders" in the settings.`
    throw new AppError('FORBIDDEN', message, { data: { allowedRoots } })
  }
  await checkRoot(path)
  await checkMainCheckout(path)
  if (!(await readGit(path, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])).ok) {
    throw refused(`${path} has no commit yet: make a first commit there, then add it again.`)
  }
  return { path, defaultBranch: await readDefaultBranch(path) }
}

const refused = (message: string, data?: unknown): AppError => new AppError('VALIDATION_FAILED', message, { data })

async function realFolder(given: string): Promise<string> {
  if (!isAbsolute(given)) throw refused(`"${given}" is no absolute path: give the whole path of the folder, from the root on.`)
  const path = await realpath(given).catch((): null => null)
  const stats = path === null ? null : await stat(path).catch((): null => null)
  if (path === null || !stats) throw refused(`There is no folder ${given}: check the path.`)
  if (!stats.isDirectory()) throw refused(`${given} is a file: give the folder of the repository.`)
  return path
}

/** Whether a real path lies in, or is, one of the folders. One that does not exist allows nothing. */
async function isAllowed(path: string, allowedRoots: readonly string[]): Promise<boolean> {
  if (allowedRoots.length === 0) return true
  const roots = await Promise.all(allowedRoots.map((root) => realpath(resolve(root)).catch((): null => null)))
  return roots.some((root) => root !== null && (path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)))
}

async function checkRoot(path: string): Promise<void> {
  const bare = await readGit(path, ['rev-parse', '--is-bare-repository'])
  if (!bare.ok) {
    if (/dubious ownership/.test(bare.stderr)) {
      throw refused(
        `${path} belongs to another user, and git does not read it: run "git config --global --add safe.directory ${path}" if you trust it.`,
      )
    }
    if (/not a git repository/.test(bare.stderr))
      throw refused(`${path} is no git repository: run "git init" there and make a first commit.`)
    throw refused(`Git cannot read ${path}: ${bare.stderr.trim().split('\n').at(-1)}`)
  }
  if (bare.stdout === 'true') throw refused(`${path} is a bare repository: add a clone that has its files.`)

  const top = await readGit(path, ['rev-parse', '--show-toplevel'])
  if (!top.ok) throw refused(`${path} is the inside of a git repository: give the folder that has the files.`)
  const root = await realpath(top.stdout)
  if (root !== path) throw refused(`${path} lies inside the repository ${root}: add ${root} instead.`, { root })
}

async function checkMainCheckout(path: string): Promise<void> {
  const own = await readGit(path, ['rev-parse', '--path-format=absolute', '--git-dir'])
  const shared = await readGit(path, ['rev-parse', '--path-format=absolute', '--git-common-dir'])
  if (own.ok && own.stdout === shared.stdout) return
  const first = (await readGit(path, ['worktree', 'list', '--porcelain'])).stdout.split('\n')[0]!
  const root = first.replace(/^worktree /, '')
  throw refused(`${path} is a worktree of ${root}: add ${root} instead.`, { root })
}

async function readDefaultBranch(path: string): Promise<string | null> {
  const origin = await readGit(path, ['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD'])
  if (origin.ok) return origin.stdout.replace(/^origin\//, '')
  const head = await readGit(path, ['symbolic-ref', '--quiet', '--short', 'HEAD'])
  return head.ok ? head.stdout : null
}
