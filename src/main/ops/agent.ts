import { createHash } from 'node:crypto'
import { z } from 'zod'
import { fail, ok, PermissionPolicy } from '../../shared/models/index.ts'
import type { AgentEnding, Agents } from '../agents/index.ts'
import { defineOp, type OpContext, type OpDefinition, outcomeOfStop, type StepEnding, type StopReason } from '../runs/index.ts'

const Params = z.object({
  prompt: z.string().trim().min(1).max(200_000),
  /** `provider/model`. */
  model: z.string().max(300).optional(),
  policy: PermissionPolicy.optional(),
  /** What the run's worktree starts from. */
  base: z.string().max(500).optional(),
})
type Params = z.infer<typeof Params>

/** Sessions of how many runs are remembered, for the later steps of an attempt. */
const REMEMBERED = 1_000

/**
 * Gives a prompt to an OpenCode agent in the run's worktree and waits until it is done.
 *
 * All agent steps of a run share one session, over all its attempts. An attempt that finds its prompt answered succeeds without asking again.
 *
 * @param defaults  model and policy of a step that names none
 * @param isTrusted  whether agents may open this folder of a project now, by a fresh look at what it would run
 */
export function createAgentOp(
  agents: Agents,
  defaults: () => { model: string | null; policy: PermissionPolicy },
  isTrusted: (projectId: string, directory: string) => Promise<boolean>,
): OpDefinition {
  // What a claim says of its run's session is from before its first step.
  const sessions = new Map<string, string>()
  const remember = (runId: string, sessionId: string): void => {
    sessions.delete(runId)
    sessions.set(runId, sessionId)
    if (sessions.size > REMEMBERED) sessions.delete(sessions.keys().next().value!)
  }
  return defineOp<Params>({
    name: 'agent',
    title: 'Agent',
    params: Params,
    timeouts: { warningMs: 20 * 60_000, hardMs: 60 * 60_000, onTimeout: 'ask' },
    cancellable: true,
    idempotent: false,
    workspace: 'worktree',
    async validate({ project, directory }) {
      if (!project) return fail('VALIDATION_FAILED', 'An agent works in a project: choose one, or add one first.')
      // A repository's own configuration and plugins run in the OpenCode server as soon as an agent opens it, and another commit may have others.
      if (!(await isTrusted(project.id, directory)))
        return fail(
          'FORBIDDEN',
          `What would run in this worktree of “${project.name}” is not what you trust. Look at it and trust the project, then retry.`,
        )
      return ok(undefined)
    },
    async execute(context) {
      const { run, params } = context
      const ending = await agents.runTurn({
        runId: run.id,
        attemptId: context.attemptId,
        directory: context.directory,
        title: run.title,
        prompt: params.prompt,
        messageId: messageIdOf(run.id, context.step.index),
        model: params.model ?? run.model ?? defaults().model,
        policy: params.policy ?? defaults().policy,
        sessionId: sessions.get(run.id) ?? run.sessionId,
        signal: context.signal,
        async onSession(sessionId) {
          await context.setSession(sessionId)
          remember(run.id, sessionId)
        },
        emit: (event) => context.emit(event),
        progress: (value, message) => context.progress(value, message),
        live: (part) => context.live(part),
        delta: (partId, text) => context.delta(partId, text),
        dropLive: (partIds) => context.dropLive(partIds),
        attention: (value) => context.attention(value),
        addCost: (usd) => context.addCost(usd),
      })
      return stepEnding(ending, context)
    },
  })
}

/** The same for every attempt at a step, so that a prompt is recognised in its session. */
const messageIdOf = (runId: string, stepIndex: number): string =>
  `msg_${createHash('sha256').update(`${runId}:${stepIndex}`).digest('hex').slice(0, 26)}`

/** The first line that says something, without Markdown's marks. */
const firstLine = (text: string): string =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/^[#>\-*\s]+/, '')
        .replace(/[`*_]{1,3}/g, '')
        .trim(),
    )
    .find((line) => line !== '')
    ?.slice(0, 200) ?? 'done'

function stepEnding(ending: AgentEnding, { signal }: OpContext<Params>): StepEnding {
  switch (ending.kind) {
    case 'done':
      return { outcome: 'success', result: ending.result, message: firstLine(ending.text) }
    case 'aborted':
      return { outcome: outcomeOfStop(signal.reason as StopReason), ...(ending.how ? { how: ending.how } : {}) }
    case 'failed':
      return { outcome: 'error', error: ending.error }
  }
}
