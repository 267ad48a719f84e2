import { AppError, isAppError, isEnded, isLive, type Outcome, type Project, type Run, type Worktree } from '../../shared/models/index.ts'
import type { CoreApi } from '../ipc/index.ts'
import type { Rooms } from './rooms.ts'

/** Lease of a worker that asks for none, in milliseconds. */
const LEASE_MS = 60_000
/** How many runs a refusal names at most. */
const MOST_TOLD = 100

/** What the doors may ask about runs, as thin calls into the rooms. */
export function runsApi({ store, runs, feed, worktrees, projects, ops, limits, clock, supervision }: Rooms): CoreApi['runs'] {
  const timeouts = Object.fromEntries([...ops.values()].map((op) => [op.name, op.timeouts]))
  return {
    create: (input) => runs.create(input),
    list: (query) => store.list(query),
    get: (id) => runs.get(id),
    attempts: async (id) => store.attempts((await runs.get(id)).id),
    events: async (id, afterSeq, limit) => store.events((await runs.get(id)).id, afterSeq, limit),
    async *follow(id, afterSeq, signal) {
      yield* feed.follow((await runs.get(id)).id, afterSeq, signal)
    },
    async diff(id) {
      const run = await runs.get(id)
      const project = run.projectId ? projects.get(run.projectId) : null
      const nothing = { base: null, head: null, files: [] }
      if (!run.worktreeId || !project) return nothing
      return (await worktrees.get(project, run.worktreeId)) ? worktrees.diff(project, run.worktreeId) : nothing
    },
    cancel: (id, reason) => runs.cancel(id, reason),
    retry: (id, reason) => runs.retry(id, reason),
    wait: (id, ms) => runs.wait(id, ms),
    dismiss: (id) => runs.dismiss(id),
    move: async (id, to) => store.move((await runs.get(id)).id, to, clock.now()),
    claim: ({ workerId, lanes, limit, leaseMs = LEASE_MS }) =>
      // A degraded host hands nothing out; workers simply ask again.
      supervision.admission() !== 'all'
        ? []
        : store.claim({ workerId, instanceId: workerId, lanes, limit, leaseMs, limits: limits(), timeouts, now: clock.now() }),
    heartbeat: ({ progress, message, ...lease }) => store.heartbeat(lease, { progress, message }, LEASE_MS, clock.now()),
    complete({ status, outcome = OUTCOME_OF[status], how, error, result, ...lease }) {
      if (statusOf(outcome) !== status) {
        throw new AppError('VALIDATION_FAILED', `The outcome “${outcome}” does not belong to the status “${status}”.`, {
          data: { field: 'outcome' },
        })
      }
      return store.complete(lease, {
        outcome,
        error: error ?? null,
        result: result ?? null,
        how: how ?? null,
        now: clock.now(),
        random: Math.random(),
      })
    },
    release: (lease) => store.release(lease, clock.now()),
    async appendEvents(lease, events) {
      const now = clock.now()
      const drafts = events.map((event) => ({ ...event, at: now, data: event.data ?? null, step: event.step ?? null }))
      const stored = await store.appendEvents(lease.runId, lease, drafts)
      return { lastSeq: stored.at(-1)?.seq ?? 0 }
    },
  }
}

const OUTCOME_OF = { succeeded: 'success', failed: 'error', cancelled: 'cancelled' } as const satisfies Record<string, Outcome>
const statusOf = (outcome: Outcome): 'succeeded' | 'failed' | 'cancelled' =>
  outcome === 'success' ? 'succeeded' : outcome === 'cancelled' || outcome === 'killed' ? 'cancelled' : 'failed'

/** What the doors may ask about projects and their worktrees. */
export function projectsApi({ store, projects, worktrees }: Rooms): Pick<CoreApi, 'projects' | 'worktrees'> {
  const find = async (worktreeId: string): Promise<{ project: Project; worktree: Worktree }> => {
    for (const project of projects.list()) {
      const worktree = project.problem ? null : await worktrees.get(project, worktreeId)
      if (worktree) return { project, worktree }
    }
    throw new AppError('NOT_FOUND', `There is no worktree ${worktreeId}.`)
  }
  /** A worktree in which a run is at work must stay as it is. */
  const refuseWhileLive = async ({ runId, name }: Worktree): Promise<void> => {
    const run = runId ? await store.get(runId) : null
    if (run && isLive(run.status))
      throw new AppError('CONFLICT', `“${run.title}” is at work in ${name}. Cancel the run first.`, { data: { runId } })
  }
  return {
    projects: {
      list: async () => [...projects.list()],
      add: (input) => projects.add(input),
      trust: (projectId, trusted) => projects.trust(projectId, trusted),
      select: (projectId) => projects.select(projectId),
      update: (projectId, patch) => projects.update(projectId, patch),
      async remove(projectId) {
        const { runs: busy } = await store.list({
          projectId,
          status: ['scheduled', 'queued', 'running', 'awaiting_reconnect', 'cancelling'],
          limit: MOST_TOLD,
        })
        if (busy.length) {
          const many = busy.length === MOST_TOLD ? `${MOST_TOLD} or more runs` : `${busy.length} runs`
          const message =
            busy.length === 1
              ? 'A run of this project waits or is at work. Cancel it first.'
              : `${many} of this project wait or are at work. Cancel them first.`
          throw new AppError('CONFLICT', message, { data: { runIds: busy.map((run) => run.id) } })
        }
        return projects.remove(projectId)
      },
    },
    worktrees: {
      async list(projectId) {
        const wanted = projectId ? [projects.require(projectId)] : projects.list()
        const lists = await Promise.all(
          wanted.filter((project) => !project.problem).map((project) => worktrees.list(project, { sizes: true })),
        )
        return lists.flat()
      },
      async remove(worktreeId, options) {
        const { project, worktree } = await find(worktreeId)
        await refuseWhileLive(worktree)
        return worktrees.remove(project, worktreeId, options)
      },
      async reset(worktreeId, options) {
        const { project, worktree } = await find(worktreeId)
        await refuseWhileLive(worktree)
        return worktrees.reset(project, worktreeId, options)
      },
    },
  }
}

/** How long a message waits for an agent that is being started, or for the end of a run whose agent is done, in milliseconds. */
const WAIT_FOR_AGENT_MS = 10_000
const LOOK_AGAIN_MS = 200

/** Whether a run is between its steps: nobody can be talked to now, but in a moment. */
const isBetweenSteps = ({ status, steps }: Run): boolean =>
  status === 'running' &&
  steps.some((step) => step.op === 'agent') &&
  steps.every((step) => step.status !== 'running') &&
  (steps.find((step) => step.status === 'pending')?.op ?? 'agent') === 'agent'

const isAgentStep = ({ steps }: Run): boolean => steps.some((step) => step.op === 'agent' && step.status === 'running')

/** Refused before anything was sent: the turn of the step has not quite begun, or has just ended. What OpenCode itself did not take has a cause. */
const isNobodyThere = (error: unknown): boolean => isAppError(error) && error.code === 'CONFLICT' && error.cause === undefined

/** What a person says to the agents. */
export function sessionsApi({ runs, agents, clock }: Rooms): Pick<CoreApi, 'sessions' | 'permissions' | 'questions'> {
  return {
    sessions: {
      async prompt(runId, text): Promise<Run> {
        const patience = clock.now() + WAIT_FOR_AGENT_MS
        for (;;) {
          const run = await runs.get(runId)
          const mayWait = clock.now() < patience
          if (isEnded(run.status)) return runs.resume(runId, text)
          if (run.status !== 'running') throw new AppError('CONFLICT', 'This run has not started yet; talk to its agent once it has.')
          if (!mayWait || !isBetweenSteps(run)) {
            const told = await agents.prompt(runId, text).then(
              () => true,
              (error: unknown) => {
                if (mayWait && isNobodyThere(error) && isAgentStep(run)) return false
                throw error
              },
            )
            if (told) return run
          }
          await new Promise<void>((resolve) => clock.after(LOOK_AGAIN_MS, resolve))
        }
      },
    },
    permissions: { reply: (answer) => agents.replyPermission(answer) },
    questions: { reply: (answer) => agents.replyQuestion(answer) },
  }
}

/** The operation registry as the doors see it. */
export function operationsApi({ operations }: Rooms): CoreApi['operations'] {
  return {
    list: async () => ({ operations: operations.active(), history: operations.history() }),
    cancel: (id) => operations.cancel(id),
    retry: (id) => operations.retry(id),
    dismiss: (id) => operations.dismiss(id),
  }
}
