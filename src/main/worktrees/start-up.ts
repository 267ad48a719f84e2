import { readdir, rm } from 'node:fs/promises'
import { Id, type Project } from '../../shared/models/index.ts'
import { adoptStrays } from './adopt.ts'
import type { WorktreeRecord } from './records.ts'
import { recoverRecord } from './recover.ts'
import { type Room, storeFolder, temporaryFolder } from './room.ts'

/** Runs work while nothing else may touch that run's worktree. */
export type RunLock = <T>(projectId: string, runId: string, work: () => Promise<T>) => Promise<T>

/**
 * Finishes or undoes what a crash left, for each project as far as it goes: one broken repository does not keep the others waiting.
 *
 * What no record speaks of any more is deleted: archives, our own indexes, temporary files. Records of projects that are not known now are left alone.
 */
export async function recoverProjects(room: Room, projects: readonly Project[], lock: RunLock): Promise<void> {
  await rm(temporaryFolder(room), { recursive: true, force: true })
  for (const project of projects) {
    try {
      for (const { name, runId } of await room.records.list(project.id)) {
        await lock(project.id, runId, async () => {
          // Read under the lock: whoever held it may have brought it further.
          const record = await room.records.read(project.id, name)
          if (record) await recoverRecord(room, project, record)
        }).catch((error) =>
          room.logger.error({ error, worktree: name }, 'a worktree could not be brought into order; it was left as it is'),
        )
      }
      await adoptStrays(room, project)
    } catch (error) {
      room.logger.error({ error, projectId: project.id }, 'the worktrees of a project could not be looked at')
    }
  }
  await sweep(room)
}

async function sweep(room: Room): Promise<void> {
  const folders = await readdir(room.root).catch((): string[] => [])
  const kept: WorktreeRecord[] = []
  for (const projectId of folders) if (Id.safeParse(projectId).success) kept.push(...(await room.records.list(projectId)))

  await room.archive.sweep(new Set(kept.flatMap(({ removal }) => (removal ? [removal.archive] : []))))
  const stores = new Set(kept.map(({ projectId, name }) => storeFolder(room, projectId, name)))
  for (const name of await readdir(`${room.root}/.snapshots`).catch((): string[] => [])) {
    const folder = `${room.root}/.snapshots/${name}`
    if (!stores.has(folder)) await rm(folder, { recursive: true, force: true })
  }
}
