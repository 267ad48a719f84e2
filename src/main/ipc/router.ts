import type { CoreApi } from './core-api.ts'
import { hostHandlers } from './handlers/host.ts'
import { operationsHandlers } from './handlers/operations.ts'
import { opsHandlers } from './handlers/ops.ts'
import { projectsHandlers, worktreesHandlers } from './handlers/projects.ts'
import { eventsHandlers, lanesHandlers, runsHandlers } from './handlers/runs.ts'
import { permissionsHandlers, questionsHandlers, sessionsHandlers } from './handlers/sessions.ts'
import { workersHandlers } from './handlers/workers.ts'
import { implementer as os } from './implementer.ts'

/** The whole contract on one core. Every door serves this same router. */
export function createRouter(core: CoreApi) {
  return os.router({
    host: hostHandlers(os.host, core),
    runs: runsHandlers(os.runs, core),
    events: eventsHandlers(os.events, core),
    lanes: lanesHandlers(os.lanes, core),
    operations: operationsHandlers(os.operations, core),
    ops: opsHandlers(os.ops, core),
    projects: projectsHandlers(os.projects, core),
    worktrees: worktreesHandlers(os.worktrees, core),
    sessions: sessionsHandlers(os.sessions, core),
    permissions: permissionsHandlers(os.permissions, core),
    questions: questionsHandlers(os.questions, core),
    workers: workersHandlers(os.workers, core),
  })
}
export type AppRouter = ReturnType<typeof createRouter>
