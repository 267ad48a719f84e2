import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { Id, Timestamp } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import { parseWorktreeName } from './names.ts'

const Commit = z.string().regex(/^[0-9a-f]{40,64}$/)

/**
 * What is kept of each worktree, as JSON beside its folder: `<root>/<projectId>/<name>.json`.
 *
 * `creating`: written before git is asked to make it; nobody has been given the folder, and whatever is there may be deleted.
 * `ready`: whole; its files are somebody's work.
 * `removing`: its work is in the commit `removal.snapshot`; the folder is still in its place or already at `removal.archive`. `removal.tip` is
 * where the branch was, null when it had none.
 *
 * Invariants: written whole or not at all; deleted last, so that no folder of ours is ever without one.
 */
export const WorktreeRecord = z
  .object({
    version: z.literal(1),
    name: z.string().refine((name) => parseWorktreeName(name) !== null),
    projectId: Id,
    runId: Id,
    driver: z.string(),
    /** What all worktrees of its repository share; tells repositories apart. */
    commonDir: z.string(),
    path: z.string(),
    branch: z.string(),
    baseCommit: Commit,
    createdAt: Timestamp,
    state: z.enum(['creating', 'ready', 'removing']),
    removal: z.object({ snapshot: Commit, tip: Commit.nullable(), archive: z.string() }).readonly().nullable(),
  })
  .readonly()
export type WorktreeRecord = z.infer<typeof WorktreeRecord>

/** The records of one data folder. */
export interface WorktreeRecords {
  /** Resolves when it is safe on disk; a record in `creating` only from the end of this process, not of the machine: it stands for no work yet. */
  write(record: WorktreeRecord): Promise<void>
  /** Null when there is none, also for a name that is no worktree's. */
  read(projectId: string, name: string): Promise<WorktreeRecord | null>
  /** In order of their names. */
  list(projectId: string): Promise<WorktreeRecord[]>
  delete(record: WorktreeRecord): Promise<void>
}

/** @param root  the folder of all worktrees; made when needed */
export function createRecords({ root, clock, logger }: { root: string; clock: Clock; logger: Logger }): WorktreeRecords {
  const fileOf = (projectId: string, name: string): string => join(root, projectId, `${name}.json`)

  const read = async (projectId: string, name: string): Promise<WorktreeRecord | null> => {
    if (!Id.safeParse(projectId).success || !parseWorktreeName(name)) return null
    const file = fileOf(projectId, name)
    const text = await readFile(file, 'utf8').catch(ifMissing(null))
    if (text === null) return null
    const record = parseRecord(text)
    if (record?.name === name && record.projectId === projectId) return record
    const aside = `${file}.broken-${clock.now()}`
    await rename(file, aside)
    logger.error({ file: aside }, 'the record of a worktree could not be read and was set aside; the worktree itself was not touched')
    return null
  }

  return {
    read,
    async write(record) {
      await mkdir(join(root, record.projectId), { recursive: true })
      await writeFileAtomic(fileOf(record.projectId, record.name), `${JSON.stringify(record, null, 2)}\n`, {
        fsync: record.state !== 'creating',
      })
    },
    async list(projectId) {
      if (!Id.safeParse(projectId).success) return []
      const entries = await readdir(join(root, projectId)).catch(ifMissing<string[]>([]))
      const names = entries.filter((entry) => entry.endsWith('.json')).map((entry) => entry.slice(0, -'.json'.length))
      const records = await Promise.all(names.sort().map((name) => read(projectId, name)))
      return records.filter((record) => record !== null)
    },
    delete: (record) => rm(fileOf(record.projectId, record.name), { force: true }),
  }
}

function parseRecord(text: string): WorktreeRecord | null {
  try {
    return WorktreeRecord.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

const ifMissing =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value
    throw error
  }
