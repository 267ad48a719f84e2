import type { CoreApi } from '../../src/main/ipc/index.ts'
import {
  AppError,
  type FeedMessage,
  type HostStatus,
  type LiveChange,
  type LiveMessage,
  type LiveState,
  type Operation,
  type Project,
  type Revision,
  type Run,
  type RunEvent,
  Settings,
} from '../../src/shared/models/index.ts'
import { sampleRun, sampleState } from './samples.ts'

/** A core with the real shapes and streams and nothing behind them. What a test does not set up is refused like a missing thing. */
export interface FakeCore extends CoreApi {
  /** Publishes one revision. */
  change(...changes: LiveChange[]): void
  /** Stores the next event of a run and tells its followers. */
  emit(runId: string, message: string, kind?: string): void
  addRun(run?: Partial<Run>): Run
  /** Streams that are open right now. */
  readonly openStreams: number
  /** Messages that streams were asked for. */
  readonly pulled: number
}

const NOW = Date.UTC(2026, 0, 5, 12)
/** Events in one message of a feed. */
const FEED_PAGE = 10

/** @param overrides  rooms to replace whole */
export function createFakeCore(overrides: Partial<CoreApi> = {}): FakeCore {
  const instanceId = 'instance1'
  const runs = new Map<string, Run>()
  const projects: Project[] = []
  const events = new Map<string, RunEvent[]>()
  const batches: LiveMessage[] = []
  const waiting = new Set<() => void>()
  let settings = Settings.parse({})
  let openStreams = 0
  let pulled = 0

  const state = (): LiveState =>
    sampleState({ runs: [...runs.values()], projects, host: [status()], settings: [{ id: 'settings', ...settings }] })
  const status = (): HostStatus => ({
    id: 'host',
    instanceId,
    version: '0.0.0',
    host: 'headless',
    dataDir: '/data',
    store: 'sqlite',
    startedAt: NOW,
    opencode: { state: 'stopped', version: null, pid: null, error: null },
    state: 'ready',
    interrupted: [],
    demo: null,
  })
  const revision = (): Revision => ({ instanceId, n: batches.length })
  const wakeAll = (): void => {
    for (const wake of [...waiting]) wake()
  }
  /** A stream that reads on from a place whenever something happened, and counts itself while it lives. */
  async function* stream<T>(signal: AbortSignal, next: () => T | undefined): AsyncGenerator<T, void> {
    openStreams += 1
    try {
      while (!signal.aborted) {
        const message = next()
        if (message !== undefined) {
          pulled += 1
          yield message
          continue
        }
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake)
            signal.removeEventListener('abort', wake)
            resolve()
          }
          waiting.add(wake)
          signal.addEventListener('abort', wake, { once: true })
        })
      }
    } finally {
      openStreams -= 1
    }
  }
  const find = (id: string): Run => {
    const run = runs.get(id)
    if (!run) throw new AppError('NOT_FOUND', `There is no run ${id}.`)
    return run
  }
  const unsupported = (): never => {
    throw new AppError('NOT_FOUND', 'There is nothing here.')
  }
  const addRun = (run: Partial<Run> = {}): Run => {
    const whole: Run = { ...blankRun(run.id ?? `run${runs.size + 1}`), ...run }
    runs.set(whole.id, whole)
    return whole
  }
  const eventsAfter = (id: string, afterSeq: number): RunEvent[] => (events.get(id) ?? []).filter((event) => event.seq > afterSeq)

  return {
    instanceId,
    version: '0.0.0',
    get openStreams() {
      return openStreams
    },
    get pulled() {
      return pulled
    },
    addRun,
    change(...changes) {
      batches.push({ type: 'changes', revision: { instanceId, n: batches.length + 1 }, changes })
      wakeAll()
    },
    emit(runId, message, kind = 'log') {
      const all = events.get(runId) ?? []
      all.push({ seq: all.length + 1, at: NOW, attemptId: null, step: null, kind, level: 'info', message, data: null })
      events.set(runId, all)
      wakeAll()
    },
    live: {
      snapshot: () => ({ revision: revision(), state: state() }),
      watch(since, signal) {
        let seen = since?.instanceId === instanceId ? since.n : -1
        return stream<LiveMessage>(signal, () => {
          if (seen >= 0) return seen < batches.length ? batches[seen++] : undefined
          seen = batches.length
          return { type: 'snapshot', revision: revision(), state: state() }
        })
      },
    },
    runs: {
      create: (input) =>
        addRun({
          title: input.title ?? input.prompt ?? '',
          lane: input.lane,
          projectId: input.projectId ?? null,
          params: input.params ?? {},
        }),
      list: (query) => ({ runs: [...runs.values()].slice(0, query.limit), nextCursor: null }),
      get: find,
      attempts: () => [],
      events: (id, afterSeq, limit) => eventsAfter(find(id).id, afterSeq).slice(0, limit),
      follow(id, afterSeq, signal) {
        let seen = afterSeq
        let first = true
        return stream<FeedMessage>(signal, () => {
          const fresh = eventsAfter(id, seen).slice(0, FEED_PAGE)
          seen = fresh.at(-1)?.seq ?? seen
          if (first) {
            first = false
            return { type: 'snapshot', events: fresh, parts: [], more: false }
          }
          return fresh.length > 0 ? { type: 'events', events: fresh } : undefined
        })
      },
      diff: () => ({ base: null, head: null, files: [] }),
      cancel: (id) => addRun({ ...find(id), status: 'cancelled', outcome: 'cancelled' }),
      retry: find,
      wait: (id, ms) => addRun({ ...find(id), timeoutStatus: 'normal', attention: null, timeoutAt: NOW + (ms ?? 60_000) }),
      dismiss: (id) => addRun({ ...find(id), dismissed: true }),
      move: (id, to) => addRun({ ...find(id), ...to }),
      claim: () => [],
      heartbeat: unsupported,
      complete: unsupported,
      release: () => {
        throw new AppError('LEASE_LOST', 'This attempt is no longer the live one; stop working on it.')
      },
      appendEvents: (_lease, added) => ({ lastSeq: added.length }),
    },
    lanes: { list: () => [], update: unsupported },
    operations: {
      list: () => ({ operations: [] as Operation[], history: [] }),
      cancel: unsupported,
      retry: () => null,
      dismiss: unsupported,
    },
    ops: { list: () => ({ ops: [] }), dispatch: unsupported },
    projects: {
      list: () => projects,
      add(input) {
        const project: Project = {
          id: `project${projects.length + 1}`,
          name: input.name ?? input.path,
          path: input.path,
          defaultBranch: 'main',
          trusted: false,
          runsCode: [],
          selected: false,
          limit: null,
          addedAt: NOW,
          problem: null,
        }
        projects.push(project)
        return project
      },
      trust(projectId, trusted) {
        const at = projects.findIndex((project) => project.id === projectId)
        if (at < 0) return unsupported()
        projects[at] = { ...projects[at]!, trusted }
        return projects[at]!
      },
      select: () => null,
      update: unsupported,
      remove: unsupported,
    },
    worktrees: { list: () => [], remove: unsupported, reset: unsupported },
    sessions: { prompt: find },
    permissions: { reply: () => {} },
    questions: { reply: () => {} },
    workers: { list: () => [], reset: unsupported },
    host: {
      status,
      health: () => ({ ok: true, version: '0.0.0', instanceId, state: 'ready', lanes: [] }),
      settings: () => settings,
      updateSettings(patch) {
        settings = { ...settings, theme: patch.theme ?? settings.theme }
        return settings
      },
      models: () => ({ models: [{ id: 'demo/scripted', provider: 'demo', name: 'Scripted' }], defaultModel: 'demo/scripted' }),
      startDemo: unsupported,
    },
    async stop() {
      wakeAll()
    },
    ...overrides,
  }
}

const blankRun = (id: string): Run => ({
  ...sampleRun({ id, runAt: NOW, createdAt: NOW }),
  params: {},
  steps: [],
  idempotencyKey: null,
  target: null,
  reconnect: null,
})
