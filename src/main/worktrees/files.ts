import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'

/** What lies at a path, links not followed; null when nothing does. */
export const look = (path: string): Promise<Stats | null> => lstat(path).catch(() => null)

export const isThere = async (path: string): Promise<boolean> => (await look(path)) !== null

export const isFileOrLink = async (path: string): Promise<boolean> => {
  const stats = await look(path)
  return stats !== null && (stats.isFile() || stats.isSymbolicLink())
}

/** Whether a folder has nothing in it, the `.git` of a repository of its own aside. */
export const hasNoFiles = (path: string): Promise<boolean> =>
  readdir(path).then(
    (names) => names.every((name) => name === '.git'),
    () => false,
  )
