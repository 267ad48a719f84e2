import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Project } from '../../shared/models/index.ts'
import type { StoredProject } from './project-file.ts'
import { isSameCode } from './scan-code.ts'

/** Makes the frozen copy that others see of a stored project. Looks whether its folder is there. */
export function showProject(stored: StoredProject, selectedId: string | null): Project {
  const { id, name, path, defaultBranch, limit, addedAt, trusted, seen } = stored
  return Object.freeze({
    id,
    name,
    path,
    defaultBranch,
    trusted: trusted !== null && isSameCode(trusted.files, seen.files),
    runsCode: Object.freeze([...seen.runsCode]),
    selected: id === selectedId,
    limit,
    addedAt,
    problem: problemOf(path),
  })
}

/** What is wrong with a project's folder, as a sentence that says what to do; null when nothing is. */
export function problemOf(path: string): string | null {
  if (!existsSync(path)) return `The folder ${path} is gone: put it back, or remove the project.`
  if (!existsSync(join(path, '.git'))) return `${path} is no git repository any more: restore its .git folder, or remove the project.`
  return null
}
