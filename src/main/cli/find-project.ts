import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { AppError, Project } from '../../shared/models/index.ts'
import type { HostClient } from './host-client.ts'

/**
 * Finds the project that a person means by an id, a name or a path; a git root that is not known yet is added.
 *
 * @throws AppError NOT_FOUND when nothing fits, CONFLICT when a name fits several
 */
export async function findProject(client: HostClient, meant: string, cwd: string): Promise<Project> {
  const { projects } = await client.get('/projects', z.object({ projects: z.array(Project) }))
  const byId = projects.find((project) => project.id === meant)
  if (byId) return byId
  const path = realPath(resolve(cwd, meant))
  const byPath = path === null ? undefined : projects.find((project) => project.path === path)
  if (byPath) return byPath
  const byName = projects.filter((project) => project.name === meant)
  if (byName.length > 1) throw new AppError('CONFLICT', `Several projects are named ${meant}; give the path or the id of the one you mean.`)
  if (byName[0]) return byName[0]
  if (path === null) throw new AppError('NOT_FOUND', `There is no project ${meant}; give its id, its name or the path of a git repository.`)
  if (!existsSync(join(path, '.git'))) throw new AppError('NOT_FOUND', `${path} is not the root of a git repository.`)
  return client.post('/projects.add', { path }, Project)
}

/** Makes sure that agents may work in a project. @throws AppError FORBIDDEN when they may not and `trust` is not given */
export async function ensureTrusted(client: HostClient, project: Project, trust: boolean): Promise<Project> {
  if (project.trusted) return project
  if (trust) return client.post('/projects.trust', { projectId: project.id }, Project)
  const runs = project.runsCode.length === 0 ? '' : ` It would run: ${project.runsCode.join(', ')}.`
  throw new AppError(
    'FORBIDDEN',
    `Agents in ${project.path} can run its code, and you have not trusted it yet.${runs} Add --trust to trust it.`,
  )
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}
