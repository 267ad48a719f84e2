import type { TargetKind } from '../../shared/contract/index.ts'
import { AppError, Id, type Project, type Worktree } from '../../shared/models/index.ts'
import type { OpTarget } from '../runs/index.ts'
import type { Rooms } from './rooms.ts'

/** A target that exists. `label` is what a person calls it. */
export interface FoundTarget extends OpTarget {
  readonly label: string | null
}

type Lookup = Pick<Rooms, 'store' | 'projects' | 'worktrees'>

/**
 * Finds what a dispatch is aimed at.
 *
 * @param projectId  the project of a run without target, or the one that a worktree has to belong to
 * @throws AppError NOT_FOUND for an id that nothing has, VALIDATION_FAILED for one of another kind; both name the field
 */
export async function findTarget(
  rooms: Lookup,
  kind: TargetKind,
  id: string | null,
  request: { projectId: string | undefined; field: string },
): Promise<FoundTarget> {
  const { projectId, field } = request
  const refused = (code: 'NOT_FOUND' | 'VALIDATION_FAILED', name: string, message: string): AppError =>
    new AppError(code, `${name}: ${message}`, { data: { field: name } })
  if (id === null) {
    if (projectId === undefined) return { id, project: null, label: null }
    if (!rooms.projects.get(projectId)) throw refused('NOT_FOUND', 'projectId', `there is no project ${projectId}.`)
    const project = await rooms.projects.refresh(projectId)
    return { id, project, label: project.name }
  }
  const found = await FINDERS[kind](rooms, id)
  if (!found) {
    const other = await kindOf(rooms, id)
    throw other
      ? refused('VALIDATION_FAILED', field, `${id} is a ${other}, and this op takes ${kind === 'none' ? 'nothing' : `${kind}s`}.`)
      : refused('NOT_FOUND', field, `there is no ${kind} ${id}.`)
  }
  if (kind !== 'worktree') return found
  if (projectId !== undefined && found.project?.id !== projectId) {
    throw refused('VALIDATION_FAILED', field, `${id} is a worktree of another project than ${projectId}.`)
  }
  return found
}

const FINDERS: Record<TargetKind, (rooms: Lookup, id: string) => Promise<FoundTarget | null>> = {
  none: async () => null,
  async project({ projects }, id) {
    // Read anew, for what would run may have changed since, and trust with it.
    const project = projects.get(id) && (await projects.refresh(id))
    return project && { id, project, label: project.name }
  },
  async worktree(rooms, id) {
    const found = await findWorktree(rooms, id)
    return found && { id, project: found.project, label: found.worktree.name }
  },
  async worker({ store }, id) {
    const instances = (await store.instances()).filter((instance) => instance.stoppedAt === null)
    const worker = instances.find(({ workerId, instanceId }) => id === workerId || id === instanceId)
    return worker ? { id, project: null, label: worker.workerId } : null
  },
  async run({ store }, id) {
    const run = Id.safeParse(id).success ? await store.get(id) : null
    return run && { id, project: null, label: run.title }
  },
}

/** What else an id is, to say more than that it is unknown. */
async function kindOf(rooms: Lookup, id: string): Promise<TargetKind | null> {
  for (const kind of ['project', 'run', 'worktree', 'worker'] as const) if (await FINDERS[kind](rooms, id)) return kind
  return null
}

async function findWorktree({ projects, worktrees }: Lookup, id: string): Promise<{ project: Project; worktree: Worktree } | null> {
  for (const project of projects.list()) {
    const worktree = project.problem ? null : await worktrees.get(project, id)
    if (worktree) return { project, worktree }
  }
  return null
}
