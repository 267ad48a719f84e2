import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatPrivateConfig } from '../git/effective-config.ts'
import type { GitCall } from '../git/git.ts'
import type { Checkout } from '../git/repository.ts'

/**
 * Switches every conversion off: line ends, keywords, encodings, filters. This file of a git folder wins over every `.gitattributes`.
 *
 * `working-tree-encoding` is made unspecified instead: git refuses "false" for it.
 */
const ATTRIBUTES = '* -text -filter -ident !working-tree-encoding !eol !crlf\n'

/**
 * A git folder of our own for one worktree, in which git sees the files as the bytes they are.
 *
 * It writes its objects into the repository, but has its own index, attributes and configuration: a snapshot touches neither the agent's index nor
 * anything else of the repository. The index stays between snapshots, so that only changed files are read again.
 */
export interface RawStore {
  readonly folder: string
  readonly call: GitCall
  /** The same files with another index. */
  withIndex(index: string): GitCall
}

/** Makes or updates the folder. What a crash left of a lock in it goes: only this process works in here, one piece of work at a time. */
export async function openRawStore(folder: string, checkout: Checkout, config: ReadonlyMap<string, string>): Promise<RawStore> {
  const { repository, path } = checkout
  const index = join(folder, 'index')
  for (const name of ['refs', 'objects', 'info']) await mkdir(join(folder, name), { recursive: true })
  await rm(`${index}.lock`, { force: true })
  await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/none\n')
  await writeFile(join(folder, 'config'), formatPrivateConfig(config))
  await writeFile(join(folder, 'info', 'attributes'), ATTRIBUTES)
  // Copied, not read from: the person's own list of ignored files for this clone.
  await writeFile(join(folder, 'info', 'exclude'), await readFile(join(repository.commonDir, 'info', 'exclude')).catch(() => ''))

  const withIndex = (file: string): GitCall => ({
    cwd: path,
    env: {
      GIT_DIR: folder,
      GIT_WORK_TREE: path,
      GIT_INDEX_FILE: file,
      GIT_OBJECT_DIRECTORY: join(repository.commonDir, 'objects'),
      GIT_LITERAL_PATHSPECS: '1',
    },
  })
  return { folder, call: withIndex(index), withIndex }
}

/** Forgets what the store knows of the files; the next snapshot reads them all. */
export const forgetIndex = (store: RawStore): Promise<void> => rm(join(store.folder, 'index'), { force: true })

/** Copies the index, to change it without losing what it knows. Returns the copy's path. */
export async function copyIndex(store: RawStore): Promise<string> {
  const copy = join(store.folder, 'index.copy')
  await copyFile(join(store.folder, 'index'), copy)
  return copy
}
