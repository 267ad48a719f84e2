import { join } from 'node:path'
import { CreateRun } from '../../shared/contract/runs.ts'
import type { HostStatus } from '../../shared/models/index.ts'
import type { Agents } from '../agents/index.ts'
import type { Clock, DataPaths, Logger } from '../platform/index.ts'
import type { Projects } from '../projects/index.ts'
import type { Runs } from '../runs/index.ts'
import { makeSampleProject } from './sample-project.ts'
import { type ScriptedModel, startScriptedModel } from './scripted-model.ts'
import { DEMO_TASKS } from './tasks.ts'

const PROVIDER = 'demo'
const MODEL = `${PROVIDER}/scripted`
/** How long a permission of a demo run stays on screen before the demo allows it, in milliseconds. */
const ALLOW_AFTER_MS = 1_500

/**
 * The demo: a sample repository and a scripted model, worked on by the real queue, the real OpenCode server and real git.
 *
 * It adds a provider to OpenCode's configuration and touches nothing else of the user's.
 */
export interface Demo {
  /** What OpenCode must be configured with while the scripted model runs; null before the first start. */
  opencodeConfig(): object | null
  status(): HostStatus['demo']
  /** The same agents, with the scripted model started for the first turn that wants it, also one that an earlier host left unfinished. */
  serving(agents: Agents): Agents
  /** Makes what is missing and queues `count` runs, the tasks in turn. @throws AppError CONFLICT while other agents are at work and OpenCode would have to restart */
  start(request: { count: number; agents: Agents; runs: Runs }): Promise<{ projectId: string; runIds: string[] }>
  stop(): Promise<void>
}

export function createDemo(deps: { paths: DataPaths; projects: Projects; clock: Clock; logger: Logger }): Demo {
  const { projects, clock, logger } = deps
  const ownRuns = new Set<string>()
  const answered = new Set<string>()
  let model: ScriptedModel | null = null
  let projectId: string | null = null
  let starting: Promise<void> | null = null
  let stopListening = (): void => {}

  const allowOwn = (agents: Agents): void => {
    for (const { id, runId, kind } of agents.inbox()) {
      if (kind !== 'permission' || !ownRuns.has(runId) || answered.has(id)) continue
      answered.add(id)
      clock.after(ALLOW_AFTER_MS, () => {
        // A person may have been quicker: then there is nothing left to allow.
        agents
          .replyPermission({ runId, requestId: id, reply: 'once' })
          .catch((error: unknown) => logger.debug({ error, runId }, 'a demo permission was gone'))
      })
    }
  }

  const startModel = async (agents: Agents): Promise<void> => {
    model = await startScriptedModel({ prompts: Object.fromEntries(DEMO_TASKS.map((task) => [task.prompt, { steps: task.steps }])) })
    // A server that already runs does not know the new provider.
    await agents.restart()
    stopListening = agents.subscribe(() => allowOwn(agents))
  }
  /** Many turns may want it at once; a start that failed is tried again by the next. */
  const ensureModel = (agents: Agents): Promise<void> => {
    starting ??= startModel(agents).catch(async (error: unknown) => {
      await model?.close()
      model = null
      starting = null
      throw error
    })
    return starting
  }

  const ensureProject = async (): Promise<string> => {
    const folder = join(deps.paths.root, 'demo', 'invoices')
    await makeSampleProject(folder)
    const known = projects.list().find((project) => project.path === folder)
    const project = known ?? (await projects.add({ path: folder, name: 'Invoices (demo)' }))
    await projects.trust(project.id, true)
    return project.id
  }

  return {
    opencodeConfig: () => model && providerConfig(model.url),
    status: () => (model && projectId ? { projectId, model: MODEL } : null),
    serving: (agents) => ({
      ...agents,
      async runTurn(turn) {
        if (turn.model !== MODEL) return agents.runTurn(turn)
        ownRuns.add(turn.runId)
        try {
          await ensureModel(agents)
        } catch (error) {
          return { kind: 'failed', error: { code: 'DEMO_UNAVAILABLE', message: error instanceof Error ? error.message : String(error) } }
        }
        return agents.runTurn(turn)
      },
    }),
    async start({ count, agents, runs }) {
      projectId = await ensureProject()
      await ensureModel(agents)
      const runIds: string[] = []
      for (let i = 0; i < count; i++) {
        const task = DEMO_TASKS[i % DEMO_TASKS.length]!
        const round = Math.floor(i / DEMO_TASKS.length) + 1
        const title = round > 1 ? `${task.title} (${round})` : task.title
        const run = await runs.create(CreateRun.parse({ title, prompt: task.prompt, policy: task.policy, model: MODEL, projectId }))
        runIds.push(run.id)
      }
      return { projectId, runIds }
    },
    async stop() {
      stopListening()
      await model?.close()
      model = null
    },
  }
}

function providerConfig(url: string): object {
  const limit = { context: 100_000, output: 10_000 }
  return {
    provider: {
      [PROVIDER]: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Demo (scripted, no network)',
        options: { baseURL: url, apiKey: 'none' },
        models: { scripted: { name: 'Scripted model', tool_call: true, limit } },
      },
    },
  }
}
