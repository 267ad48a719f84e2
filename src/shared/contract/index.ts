/**
 * The contract: every call and stream of the core, served over a message port, a WebSocket and as HTTP under `/api`.
 *
 * Each file holds one subject. A schema is the only source of its type. Paths and answers over HTTP are public: others already call them.
 */
import { oc } from '@orpc/contract'
import { hostContract } from './host.ts'
import { operationsContract } from './operations.ts'
import { opsContract } from './ops.ts'
import { projectsContract, worktreesContract } from './projects.ts'
import { eventsContract, lanesContract, runsContract } from './runs.ts'
import { permissionsContract, questionsContract, sessionsContract } from './sessions.ts'
import { workersContract } from './workers.ts'

export const contract = oc.router({
  host: hostContract,
  runs: runsContract,
  events: eventsContract,
  lanes: lanesContract,
  operations: operationsContract,
  ops: opsContract,
  projects: projectsContract,
  worktrees: worktreesContract,
  sessions: sessionsContract,
  permissions: permissionsContract,
  questions: questionsContract,
  workers: workersContract,
})
export type Contract = typeof contract

export * from './host.ts'
export * from './operations.ts'
export * from './ops.ts'
export * from './projects.ts'
export * from './runs.ts'
export * from './sessions.ts'
export * from './workers.ts'
