import { basename } from 'node:path'
import { AppError, type Project, type Settings } from '../../shared/models/index.ts'
import { type Clock, type Logger, newId } from '../platform/index.ts'
import { checkRepository } from './check-repository.ts'
import { loadProjectFile, type ProjectFile, type StoredProject, saveProjectFile } from './project-file.ts'
import { type CodeScan, isPartOf, isSameCode, scanCode } from './scan-code.ts'
import { problemOf, showProject } from './show-project.ts'

/**
 * The registered repositories.
 *
 * Reading answers at once, with frozen copies. Changes run one after the other, and hold once they are safe on disk.
 */
export interface Projects {
  /** In the order they were added. `problem` is looked up now. */
  list(): readonly Project[]
  get(id: string): Project | null
  /** @throws AppError NOT_FOUND */
  require(id: string): Project
  /** @throws AppError VALIDATION_FAILED, FORBIDDEN, or CONFLICT with `data.projectId` when it is registered already; each says what to do */
  add(request: { path: string; name?: string }): Promise<Project>
  /** Forgets a project and nothing else: no file is touched. Returns it as it was. */
  remove(id: string): Promise<Project>
  select(id: string | null): Promise<Project | null>
  update(id: string, change: { name?: string; limit?: number | null }): Promise<Project>
  /** Trusts what would run now, and nothing that comes later; or takes trust back. */
  trust(id: string, trusted: boolean): Promise<Project>
  /** Looks again at what would run. A project whose code has changed is not trusted until a person agrees again. */
  refresh(id: string): Promise<Project>
  /**
   * Whether agents may work in a project now, by a fresh look.
   *
   * @param folder  a worktree of it, which may come from another commit: then nothing may be in there that was not trusted
   */
  isTrusted(id: string, folder?: string): Promise<boolean>
  /** Calls back after each change, on a later microtask. Returns the end of it. */
  subscribe(listener: (projects: readonly Project[]) => void): () => void
}

export interface ProjectsOptions {
  /** Where the list is kept. */
  readonly file: string
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: () => Pick<Settings, 'allowedRoots'>
}

/** Opens the list of projects. Reads its file at once. */
export function createProjects({ file, clock, logger, settings }: ProjectsOptions): Projects {
  let kept = loadProjectFile(file, { clock, logger })
  let changes: Promise<unknown> = Promise.resolve()
  const listeners = new Set<(projects: readonly Project[]) => void>()

  const show = (stored: StoredProject): Project => showProject(stored, kept.selectedId)
  const list = (): readonly Project[] => Object.freeze(kept.projects.map(show))
  const find = (id: string): StoredProject => {
    const stored = kept.projects.find((project) => project.id === id)
    if (stored) return stored
    throw new AppError('NOT_FOUND', `There is no project ${id}: it may have been removed.`)
  }
  const notify = (): void => {
    const projects = list()
    for (const listener of listeners) {
      queueMicrotask(() => {
        try {
          if (listeners.has(listener)) listener(projects)
        } catch (error) {
          logger.error({ error }, 'a listener of the projects failed')
        }
      })
    }
  }
  /** Runs one change after the one before. What it returns is written, then holds, then is told. */
  const change = (next: () => Promise<ProjectFile> | ProjectFile): Promise<void> => {
    const turn = changes.then(async () => {
      const wanted = await next()
      if (wanted === kept) return
      await saveProjectFile(file, wanted)
      kept = wanted
      notify()
    })
    changes = turn.catch(() => {})
    return turn
  }
  const replace = async (id: string, next: (stored: StoredProject) => Promise<StoredProject> | StoredProject): Promise<Project> => {
    await change(async () => {
      const before = find(id)
      const after = await next(before)
      return after === before ? kept : { ...kept, projects: kept.projects.map((project) => (project.id === id ? after : project)) }
    })
    return show(find(id))
  }
  const look = (stored: StoredProject): Promise<CodeScan> | CodeScan => (problemOf(stored.path) ? stored.seen : scanCode(stored.path))

  const projects: Projects = {
    list,
    get: (id) => list().find((project) => project.id === id) ?? null,
    require: (id) => show(find(id)),
    async add({ path: given, name }) {
      const { path, defaultBranch } = await checkRepository(given, settings().allowedRoots)
      const id = newId(clock.now())
      const seen = await scanCode(path)
      const addedAt = clock.now()
      await change(() => {
        const known = kept.projects.find((project) => project.path === path)
        if (known) {
          throw new AppError('CONFLICT', `${path} is already here, as the project "${known.name}": use that one.`, {
            data: { projectId: known.id },
          })
        }
        const stored = { id, name: name?.trim() || basename(path), path, defaultBranch, limit: null, addedAt, trusted: null, seen }
        return { ...kept, projects: [...kept.projects, stored] }
      })
      return show(find(id))
    },
    async remove(id) {
      const before = projects.require(id)
      await change(() => {
        find(id)
        const selectedId = kept.selectedId === id ? null : kept.selectedId
        return { ...kept, selectedId, projects: kept.projects.filter((project) => project.id !== id) }
      })
      return before
    },
    async select(id) {
      await change(() => {
        if (id !== null) find(id)
        return kept.selectedId === id ? kept : { ...kept, selectedId: id }
      })
      return id === null ? null : projects.require(id)
    },
    update: (id, { name, limit }) =>
      replace(id, (stored) => {
        if (name !== undefined && name.trim() === '')
          throw new AppError('VALIDATION_FAILED', 'A project needs a name: give one with at least one letter.')
        if (typeof limit === 'number' && !(Number.isInteger(limit) && limit > 0)) {
          throw new AppError('VALIDATION_FAILED', 'The limit of a project is a whole number above 0, or none at all.')
        }
        return { ...stored, name: name?.trim() ?? stored.name, limit: limit === undefined ? stored.limit : limit }
      }),
    trust: (id, trusted) =>
      replace(id, async (stored) => {
        if (!trusted) return { ...stored, trusted: null }
        const problem = problemOf(stored.path)
        if (problem) throw new AppError('CONFLICT', problem)
        const seen = await scanCode(stored.path)
        return { ...stored, seen, trusted: { files: seen.files, at: clock.now() } }
      }),
    refresh: (id) =>
      replace(id, async (stored) => {
        const seen = await look(stored)
        const same = isSameCode(seen.files, stored.seen.files) && seen.runsCode.join('\n') === stored.seen.runsCode.join('\n')
        return same ? stored : { ...stored, seen }
      }),
    async isTrusted(id, folder) {
      const project = await projects.refresh(id)
      const agreed = find(id).trusted
      if (!project.trusted || project.problem || !agreed) return false
      return folder === undefined || isPartOf((await scanCode(folder)).files, agreed.files)
    },
    subscribe(listener) {
      // A wrapper of its own, so that one function can listen twice.
      const own = (all: readonly Project[]): void => listener(all)
      listeners.add(own)
      return () => listeners.delete(own)
    },
  }
  return projects
}
