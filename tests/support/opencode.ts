import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { vi } from 'vitest'
import { type AgentEnding, type Agents, type AgentTurn, createAgents } from '../../src/main/agents/index.ts'
import { opencodeConfig, type Scenario, type ScriptedModel, startScriptedModel } from '../../src/main/demo/scripted-model.ts'
import { type Clock, dataPaths, newId, type ProcessIdentity, silentLogger, systemClock } from '../../src/main/platform/index.ts'
import { createSupervisor, type Supervisor } from '../../src/main/supervision/index.ts'
import { type LivePart, type NewEvent, Settings, type SettingsPatch } from '../../src/shared/models/index.ts'
import { makeFolder, removeFolder } from './temp.ts'

/** The real OpenCode server in a data folder of its own, with the scripted model as its only provider. */
export interface OpencodeScene {
  readonly agents: Agents & { reapLeftovers(): Promise<boolean> }
  readonly supervisor: Supervisor
  readonly model: ScriptedModel
  readonly folder: string
  readonly instanceId: string
  /** Processes that were handed to the watchdog and not taken back. */
  readonly watched: Set<string>
  readonly settings: { opencode: SettingsPatch['opencode'] }
  /** Makes a repository with one commit. */
  repository(name: string): string
  /** Adds a worktree of a repository, beside it. */
  worktree(repository: string, name: string): string
  close(): Promise<void>
}

export interface SceneOptions {
  readonly environment?: Record<string, string>
  readonly settings?: SettingsPatch['opencode']
  /** More OpenCode configuration; null for none at all, not even the scripted model's. */
  readonly config?: object | null
  readonly isolated?: boolean
  readonly memory?: { soft: number; hard: number }
  readonly clock?: Clock
}

/** Starts the model and builds the agents; the server itself starts with the first turn. */
export async function openScene(options: SceneOptions = {}): Promise<OpencodeScene> {
  const folder = makeFolder('opencode')
  const model = await startScriptedModel()
  const settings = { opencode: { ...options.settings } }
  const watched = new Set<string>()
  const keyOf = ({ pid, startTime }: ProcessIdentity): string => `${pid}@${startTime}`
  const instanceId = newId()
  const supervisor = createSupervisor({ clock: options.clock ?? systemClock })
  supervisor.start()
  const agents = createAgents({
    supervisor,
    paths: dataPaths(join(folder, 'data')),
    settings: () => Settings.parse({ opencode: { ...settings.opencode } }),
    clock: options.clock ?? systemClock,
    logger: silentLogger,
    watchdog: { add: (identity) => watched.add(keyOf(identity)), remove: (identity) => watched.delete(keyOf(identity)) },
    instanceId,
    isolated: options.isolated ?? true,
    environment: options.environment,
    memory: options.memory,
    extraConfig: () => (options.config === null ? null : withConfig(opencodeConfig(model.url), options.config ?? {})),
  })
  return {
    agents,
    supervisor,
    model,
    folder,
    instanceId,
    watched,
    settings,
    repository(name) {
      const path = join(folder, name)
      git(folder, 'init', '--quiet', '--initial-branch', 'main', path)
      git(path, 'commit', '--quiet', '--allow-empty', '--message', `the start of ${name}`)
      return path
    },
    worktree(repository, name) {
      const path = join(folder, name)
      git(repository, 'worktree', 'add', '--quiet', '-b', name, path)
      return path
    },
    async close() {
      await agents.stop()
      await model.close()
      removeFolder(folder)
    },
  }
}

/** Lays configuration over that of the scripted model; providers are added to it. */
const withConfig = (base: { provider?: object }, more: { provider?: object }): object => ({
  ...base,
  ...more,
  provider: { ...base.provider, ...more.provider },
})

function git(cwd: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], { cwd, stdio: 'pipe' })
}

/** A scenario as the text of a prompt. `salt` tells two equal ones apart, so that neither counts the other's attempts. */
export const script = (steps: Scenario['steps'], salt = newId()): string => `@@fake ${JSON.stringify({ salt, steps })}`

/** One turn with everything that it reported. */
export interface RecordedTurn {
  readonly turn: AgentTurn
  readonly runId: string
  readonly ending: Promise<AgentEnding>
  readonly events: NewEvent[]
  /** Texts of growing parts, by part, as a screen would show them. */
  readonly shown: Map<string, string>
  readonly parts: LivePart[]
  readonly dropped: string[]
  readonly deltas: string[]
  readonly progress: { value: number; message: string | undefined }[]
  readonly attention: (string | null)[]
  sessionId: string | null
  cost: number
  abort(reason?: string): void
  /** Events of a kind, as their data. */
  data(kind: string): Record<string, unknown>[]
  /** Waits until something was reported. */
  until(what: (recorded: RecordedTurn) => unknown, timeoutMs?: number): Promise<void>
}

/** What a test may say about a turn; the rest is recorded. */
export type TurnRequest = Pick<AgentTurn, 'directory' | 'prompt'> &
  Partial<Pick<AgentTurn, 'runId' | 'attemptId' | 'title' | 'messageId' | 'model' | 'policy' | 'sessionId' | 'onSession'>>

/** Starts another attempt at a turn, in its session. */
export function startAgain(scene: Pick<OpencodeScene, 'agents'>, before: RecordedTurn, changes: Partial<TurnRequest> = {}): RecordedTurn {
  const { runId, directory, title, prompt, messageId, model, policy } = before.turn
  return startTurn(scene, { runId, directory, title, prompt, messageId, model, policy, sessionId: before.sessionId, ...changes })
}

/** Starts a turn and records it. `allow-all` unless told otherwise. */
export function startTurn(scene: Pick<OpencodeScene, 'agents'>, request: TurnRequest): RecordedTurn {
  const controller = new AbortController()
  const runId = request.runId ?? newId()
  const recorded: Omit<RecordedTurn, 'ending' | 'turn'> = {
    runId,
    events: [],
    shown: new Map(),
    parts: [],
    dropped: [],
    deltas: [],
    progress: [],
    attention: [],
    sessionId: request.sessionId ?? null,
    cost: 0,
    abort: (reason = 'cancelled') => controller.abort(reason),
    data: (kind) => recorded.events.filter((event) => event.kind === kind).map((event) => event.data as Record<string, unknown>),
    until: (what, timeoutMs = 30_000) =>
      vi.waitFor(
        () => {
          if (!what(recorded as RecordedTurn))
            throw new Error(`not reported: ${what}\n${JSON.stringify({ ...recorded, shown: [...recorded.shown] }).slice(0, 4_000)}`)
        },
        { timeout: timeoutMs, interval: 20 },
      ),
  }
  const turn: AgentTurn = {
    attemptId: newId(),
    title: 'A test',
    messageId: `msg_${runId}`,
    model: null,
    policy: 'allow-all',
    sessionId: null,
    signal: controller.signal,
    async onSession(sessionId) {
      recorded.sessionId = sessionId
    },
    emit: (event) => {
      recorded.events.push(event)
      const { partId } = (event.data ?? {}) as { partId?: string }
      if (partId) recorded.shown.delete(partId)
    },
    progress: (value, message) => recorded.progress.push({ value, message }),
    live: (part) => {
      recorded.parts.push(part)
      recorded.shown.set(part.partId, part.text)
    },
    delta: (partId, text) => {
      recorded.deltas.push(text)
      recorded.shown.set(partId, (recorded.shown.get(partId) ?? '') + text)
    },
    dropLive: (partIds) => {
      for (const partId of partIds) recorded.shown.delete(partId)
      recorded.dropped.push(...partIds)
    },
    attention: (value) => recorded.attention.push(value),
    addCost: (usd) => {
      recorded.cost += usd
    },
    ...request,
    runId,
  }
  return Object.assign(recorded, { turn, ending: scene.agents.runTurn(turn) })
}
