import { fail, ok, type Project, type Result } from '../../shared/models/index.ts'

/**
 * Whether there is a project whose repository can be worked on.
 *
 * @param what  begins the sentence "... needs a project"
 */
export function needsProject(project: Project | null, what: string): Result<void> {
  if (!project) return fail('VALIDATION_FAILED', `${what} needs a project: name it as the target.`)
  if (project.problem !== null) return fail('CONFLICT', `“${project.name}” cannot be worked on: ${project.problem}`)
  return ok(undefined)
}
