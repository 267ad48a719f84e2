import { join } from 'node:path'
import { silentLogger } from '../../../src/main/platform/index.ts'
import { createProjects, type Projects } from '../../../src/main/projects/index.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { tempFolder } from '../../support/temp.ts'

/** A list of projects with its own file. */
export interface ProjectsScene {
  readonly file: string
  readonly clock: ManualClock
  readonly allowedRoots: string[]
  readonly projects: Projects
  /** Another one over the same file, as after a restart. */
  restart(): Projects
}

export function createProjectsScene(): ProjectsScene {
  const file = join(tempFolder('data'), 'deep', 'projects.json')
  const clock = createManualClock()
  const allowedRoots: string[] = []
  const restart = (): Projects => createProjects({ file, clock, logger: silentLogger, settings: () => ({ allowedRoots }) })
  return { file, clock, allowedRoots, projects: restart(), restart }
}
