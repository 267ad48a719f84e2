import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { Id, Timestamp } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'

const Files = z.record(z.string(), z.string()).readonly()

/** A project as it is kept. `trusted` is what a person agreed to run, `seen` what the last look found; it is trusted while both are the same. */
const StoredProject = z
  .object({
    id: Id,
    name: z.string().min(1),
    path: z.string().min(1),
    defaultBranch: z.string().nullable(),
    limit: z.number().int().positive().nullable(),
    addedAt: Timestamp,
    trusted: z.object({ files: Files, at: Timestamp }).readonly().nullable(),
    seen: z.object({ files: Files, runsCode: z.array(z.string()).readonly() }).readonly(),
  })
  .readonly()
export type StoredProject = z.infer<typeof StoredProject>

const ProjectFile = z.object({ version: z.literal(1), selectedId: Id.nullable(), projects: z.array(StoredProject).readonly() }).readonly()
export type ProjectFile = z.infer<typeof ProjectFile>

const EMPTY: ProjectFile = { version: 1, selectedId: null, projects: [] }

/**
 * Reads the projects file; nothing is known when there is none.
 *
 * One that cannot be read is set aside as `<file>.broken-<time>` and reported, so that nothing writes over it.
 */
export function loadProjectFile(file: string, { clock, logger }: { clock: Clock; logger: Logger }): ProjectFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY
    throw error
  }
  try {
    return ProjectFile.parse(JSON.parse(text))
  } catch (error) {
    const aside = `${file}.broken-${clock.now()}`
    renameSync(file, aside)
    logger.error(
      { error, file: aside },
      'the list of projects could not be read and was set aside; add the projects again, or repair the file',
    )
    return EMPTY
  }
}

/** Writes the projects file whole or not at all. Resolves when it is safe on disk. */
export async function saveProjectFile(file: string, content: ProjectFile): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  await writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`)
}
