import { createHash, randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/models/errors.ts'
import { isAlive, processIdentity } from './process-table.ts'

/** The right to use a data folder. A process that ends without `release` leaves a lock that the next one takes over. */
export interface DataFolderLock {
  /** Gives the folder back. Safe to call again. */
  release(): void
}

const Holder = z.object({ pid: z.number().int().positive(), startTime: z.string().nullable() })

/**
 * Takes a data folder for this process, making the folder if needed. Of any number of processes that try at once, one gets it.
 *
 * `host.lock` names its holder by pid and start time; it is stale when that process is gone. The folder must be on this machine: a process of
 * another machine or container looks gone.
 *
 * How a stale lock changes hands: deleting it first would let a slow process delete its successor's. So the content of each lock determines a name,
 * `host.lock.after-<hash>`; whoever creates that file exclusively is the one successor, and moves it over `host.lock`. One that dies in between is
 * succeeded in the same way. One that was so slow that its name is no longer part of this chain gives it up and looks again.
 *
 * @throws AppError CONFLICT  another living process has it
 * @throws AppError INTERNAL  the folder's file system has no hard links
 */
export function lockDataFolder(dataDir: string): DataFolderLock {
  const folder = resolve(dataDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'host.lock')
  const content = JSON.stringify({ pid: process.pid, startTime: processIdentity(process.pid)?.startTime ?? null, id: randomUUID() })
  const own = `${path}.${randomUUID()}`
  writeDurably(own, content)
  try {
    for (;;) {
      const end = endOfChain(path)
      const holder = end.content === null ? null : parseHolder(end.content)
      if (holder && isAlive(holder)) throw inUse(holder.pid, folder)
      // The link carries the finished content: nobody ever reads half a lock.
      if (!tryLink(own, end.next)) continue
      if (end.next === path) break
      if (endOfChain(path).content === content) {
        renameSync(end.next, path)
        break
      }
      rmSync(end.next, { force: true })
    }
  } finally {
    rmSync(own, { force: true })
  }
  return {
    release() {
      if (read(path) === content) rmSync(path, { force: true })
    },
  }
}

/** Follows the successors from `host.lock` on: the last lock's content (null when there is none) and the name its successor has to create. */
function endOfChain(path: string): { content: string | null; next: string } {
  let next = path
  let last: string | null = null
  for (;;) {
    const content = read(next)
    if (content === null) return { content: last, next }
    last = content
    next = `${path}.after-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new AppError('INTERNAL', `The data folder cannot be locked at ${to}: choose another --data-dir, on a disk with hard links.`, {
      cause: error,
    })
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** What cannot be read as a lock holds nothing: a power cut can leave an empty file. */
function parseHolder(content: string): z.infer<typeof Holder> | null {
  try {
    return Holder.parse(JSON.parse(content))
  } catch {
    return null
  }
}

function writeDurably(path: string, content: string): void {
  const fd = openSync(path, 'wx', 0o600)
  try {
    writeSync(fd, content)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

const inUse = (pid: number, folder: string): AppError =>
  new AppError('CONFLICT', `Another Ops Control Room (process ${pid}) is using ${folder}; stop it or choose another --data-dir.`)
