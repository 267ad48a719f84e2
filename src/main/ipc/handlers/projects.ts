import type { CoreApi } from '../core-api.ts'
import type { Implementer } from '../implementer.ts'

/** Handlers of `projects.*`. */
export function projectsHandlers(os: Implementer['projects'], core: CoreApi) {
  return {
    list: os.list.handler(async () => ({ projects: await core.projects.list() })),
    add: os.add.handler(({ input }) => core.projects.add(input)),
    trust: os.trust.handler(({ input }) => core.projects.trust(input.projectId, input.trusted)),
    select: os.select.handler(({ input }) => core.projects.select(input.projectId)),
    update: os.update.handler(({ input: { projectId, ...patch } }) => core.projects.update(projectId, patch)),
    remove: os.remove.handler(({ input }) => core.projects.remove(input.projectId)),
  }
}

/** Handlers of `worktrees.*`. */
export function worktreesHandlers(os: Implementer['worktrees'], core: CoreApi) {
  return {
    list: os.list.handler(async ({ input }) => ({ worktrees: await core.worktrees.list(input.projectId) })),
    remove: os.remove.handler(({ input: { worktreeId, ...options } }) => core.worktrees.remove(worktreeId, options)),
    reset: os.reset.handler(({ input: { worktreeId, ...options } }) => core.worktrees.reset(worktreeId, options)),
  }
}
