import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Id, Project, Worktree } from '../models/index.ts'

const ByProject = z.object({ projectId: Id })
const ByWorktree = z.object({ worktreeId: z.string().min(1).max(200) })

export const projectsContract = {
  list: oc.route({ method: 'GET', path: '/projects' }).output(z.object({ projects: z.array(Project) })),
  add: oc
    .route({ method: 'POST', path: '/projects.add' })
    .input(z.object({ path: z.string().min(1).max(4096), name: z.string().min(1).max(200).optional() }))
    .output(Project),
  trust: oc
    .route({ method: 'POST', path: '/projects.trust' })
    .input(ByProject.extend({ trusted: z.boolean().default(true) }))
    .output(Project),
  select: oc
    .route({ method: 'POST', path: '/projects.select' })
    .input(ByProject.extend({ projectId: Id.nullable() }))
    .output(Project.nullable()),
  update: oc
    .route({ method: 'POST', path: '/projects.update' })
    .input(ByProject.extend({ name: z.string().min(1).max(200).optional(), limit: z.number().int().min(1).max(200).nullable().optional() }))
    .output(Project),
  /** Forgets the project; files, worktrees and runs stay. Refused with `CONFLICT` while runs of it are live. */
  remove: oc.route({ method: 'POST', path: '/projects.remove' }).input(ByProject).output(Project),
}

export const worktreesContract = {
  list: oc
    .route({ method: 'GET', path: '/worktrees' })
    .input(z.object({ projectId: Id.optional() }))
    .output(z.object({ worktrees: z.array(Worktree) })),
  /** Uncommitted or unmerged work without `discardChanges` is refused with `CONFLICT`; the main checkout always. */
  remove: oc
    .route({ method: 'POST', path: '/worktrees.remove' })
    .input(ByWorktree.extend({ discardChanges: z.boolean().default(false) }))
    .output(Worktree),
  reset: oc
    .route({ method: 'POST', path: '/worktrees.reset' })
    .input(ByWorktree.extend({ discardChanges: z.boolean().default(false) }))
    .output(Worktree),
}
