import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** More entries are not counted: a number for a person is not worth minutes of disk work. */
const MAX_ENTRIES = 300_000
const AT_ONCE = 32

/**
 * Measures what a folder takes on disk, in bytes. Follows no link and counts a file with several names once.
 *
 * @returns null when the folder cannot be read or has more than `maxEntries` entries: a part would be a wrong number
 */
export async function diskSize(folder: string, maxEntries = MAX_ENTRIES): Promise<number | null> {
  const folders = [folder]
  const counted = new Set<string>()
  let entries = 0
  let bytes = 0
  let failed = false

  // An agent may be at work: files come and go.
  const miss = (error: NodeJS.ErrnoException): null => {
    if (error.code !== 'ENOENT') failed = true
    return null
  }
  const add = async (path: string): Promise<void> => {
    const stats = await lstat(path, { bigint: true }).catch(miss)
    if (!stats) return
    if (stats.nlink > 1n && !stats.isDirectory()) {
      const key = `${stats.dev}:${stats.ino}`
      if (counted.has(key)) return
      counted.add(key)
    }
    // Blocks are of 512 bytes whatever the file system's own are; Windows knows none.
    bytes += Number(stats.blocks > 0n ? stats.blocks * 512n : stats.size)
  }

  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const names = await readdir(next, { withFileTypes: true }).catch(miss)
    entries += names?.length ?? 0
    if (failed || entries > maxEntries || (next === folder && !names)) return null
    for (const entry of names ?? []) if (entry.isDirectory()) folders.push(join(next, entry.name))
    for (let i = 0; names && i < names.length; i += AT_ONCE) {
      await Promise.all(names.slice(i, i + AT_ONCE).map((entry) => add(join(next, entry.name))))
    }
  }
  return failed ? null : bytes
}
