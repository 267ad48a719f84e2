import { chmod, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '../../shared/models/index.ts'
import { type Logger, newId } from '../platform/index.ts'
import { isThere } from './files.ts'

/** Folders on their way out, kept beside the worktrees so that moving them is one rename. */
export interface Archive {
  /** A new place for a worktree to go to. Nothing has ever been there: a name may come again while its first folder is still being deleted. */
  newPlace(projectId: string, name: string): string
  /** Whether a path is one that `newPlace` may have given. */
  owns(place: string): boolean
  /** Moves a folder in; does nothing when there is none. @throws AppError CONFLICT  it cannot be moved now */
  put(path: string, place: string): Promise<void>
  /** Moves a folder back, if it is here. */
  takeBack(place: string, path: string): Promise<void>
  /** Deletes a folder in the background, one after the other. A failure is logged; `sweep` tries again. */
  discard(place: string): void
  /** Discards everything that `keep` does not name. */
  sweep(keep: ReadonlySet<string>): Promise<void>
  /** Resolves when nothing is being deleted any more. */
  settled(): Promise<void>
}

/** @param root  the folder of the worktrees; the archive is `.trash` in it */
export function createArchive({ root, logger }: { root: string; logger: Logger }): Archive {
  const trash = join(root, '.trash')
  let deleting: Promise<void> = Promise.resolve()
  const discard = (place: string): void => {
    deleting = deleting
      .then(() => deleteTree(place))
      .catch((error) => logger.warn({ error, place }, 'an archived worktree could not be deleted; the next start tries again'))
  }
  return {
    newPlace: (projectId, name) => join(trash, `${projectId}-${name}-${newId()}`),
    owns: (place) => resolve(place) === place && dirname(place) === trash,
    async put(path, place) {
      if (!(await isThere(path))) return
      await mkdir(trash, { recursive: true })
      await rename(path, place).catch((error: Error) => {
        throw new AppError('CONFLICT', `${path} could not be moved (${error.message}): close what uses it, then try again.`, {
          cause: error,
        })
      })
    },
    async takeBack(place, path) {
      if ((await isThere(place)) && !(await isThere(path))) await rename(place, path)
    },
    discard,
    async sweep(keep) {
      for (const name of await readdir(trash).catch((): string[] => [])) {
        const place = join(trash, name)
        if (!keep.has(place)) discard(place)
      }
    },
    settled: () => deleting,
  }
}

/** Deletes a folder with all that is in it, also where an agent has taken the right to write away (module caches do). Follows no link. */
export async function deleteTree(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3 }
  try {
    await rm(path, options)
  } catch {
    await openFolders(path)
    await rm(path, options)
  }
}

async function openFolders(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return
  await chmod(path, 0o700)
  for (const name of await readdir(path)) await openFolders(join(path, name))
}
