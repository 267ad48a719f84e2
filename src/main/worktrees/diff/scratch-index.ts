import { copyFile, mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Git, type GitCall, must, splitNul } from '../git/git.ts'
import { type Checkout, inCheckout } from '../git/repository.ts'

/**
 * Lends a copy of a worktree's index, with a place for new objects that is thrown away: staging everything in it leaves no trace in the repository.
 *
 * @param folder  where to make the temporary files; on the way out they are deleted
 */
export async function withScratchIndex<T>(git: Git, checkout: Checkout, folder: string, work: (call: GitCall) => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true })
  const place = await mkdtemp(join(folder, 'diff-'))
  try {
    const objects = join(place, 'objects')
    await mkdir(join(objects, 'info'), { recursive: true })
    await writeFile(join(objects, 'info', 'alternates'), `${join(checkout.repository.commonDir, 'objects')}\n`)
    const index = join(place, 'index')
    await copyIndex(join(checkout.admin, 'index'), index)
    const real = inCheckout(checkout)
    const call = { ...real, env: { ...real.env, GIT_INDEX_FILE: index, GIT_OBJECT_DIRECTORY: objects } }
    await showHidden(git, call)
    return await work(call)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

async function copyIndex(from: string, to: string): Promise<void> {
  const stats = await stat(from).catch(() => null)
  if (!stats) return
  await copyFile(from, to)
  // Git reads a file again when it may have changed after the index was written, judged by the index's time. An earlier time errs on the safe side.
  const written = Math.floor(stats.mtimeMs / 1000)
  await utimes(to, written, written)
}

/**
 * Takes the marks away by which git skips files (`assume-unchanged`, `skip-worktree`): a review shows what an agent hid as well.
 *
 * Files outside a sparse checkout keep theirs. Read from `ls-files -v -z`: a tag and a space before the path, lower case or `S` for marked ones.
 */
async function showHidden(git: Git, call: GitCall): Promise<void> {
  const tagged = splitNul(await must(git, 'list the tracked files', ['ls-files', '-v', '-z'], call))
  const pathsOf = (mark: RegExp): string => tagged.flatMap((line) => (mark.test(line) ? [`${line.slice(2)}\0`] : [])).join('')
  const assumed = pathsOf(/^[a-z] /)
  const skipped = pathsOf(/^[Ss] /)
  if (assumed) await must(git, 'show all files', ['update-index', '-z', '--no-assume-unchanged', '--stdin'], { ...call, input: assumed })
  if (!skipped) return
  const sparse = await git(['config', '--get', '--type=bool', 'core.sparseCheckout'], call)
  if (sparse.stdout.trim() === 'true') return
  await must(git, 'show all files', ['update-index', '-z', '--no-skip-worktree', '--stdin'], { ...call, input: skipped })
}
