import { hostname } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import type { HostStatus, WorkerStatus } from '../shared/models/index.ts'
import { OPENCODE_WORKER } from './agents/index.ts'
import { operationsApi, projectsApi, runsApi, sessionsApi } from './core/api.ts'
import { endLeftContainers } from './core/left-containers.ts'
import { connectLiveView } from './core/live-sources.ts'
import { opsApi } from './core/ops-api.ts'
import { recoverFromEarlierHosts } from './core/recovery.ts'
import { buildRooms, type CoreConfig, type Rooms } from './core/rooms.ts'
import type { CoreApi } from './ipc/index.ts'
import type { Operations } from './operations/index.ts'
import { type Clock, createScope, processIdentity, type Scope } from './platform/index.ts'
import type { WorkerInstance } from './runs/index.ts'

export type { CoreConfig } from './core/rooms.ts'

export interface Core extends Omit<CoreApi, 'operations'> {
  readonly operations: CoreApi['operations'] & Pick<Operations, 'activeCount' | 'addListener'>
  /** Resolves once what earlier hosts left is recovered and runs are claimed. */
  readonly ready: Promise<void>
}

/**
 * Builds the whole core from a config and the host's ports. Only this file and the folder beside it know every room.
 *
 * Resolves when calls can be served; claiming starts a moment later, when nothing of an earlier host is left.
 *
 * @throws AppError CONFLICT when another host has the data folder, STORE_UNAVAILABLE when the database cannot be opened
 */
export async function createCore(config: CoreConfig): Promise<Core> {
  const scope = createScope(config.logger)
  try {
    return await openCore(config, scope)
  } catch (error) {
    await scope.close()
    throw error
  }
}

/** States of a worker that has crashed and waits. */
const PARKED: ReadonlySet<string> = new Set(['waiting', 'open'])

const RECOVER_AGAIN_MS = 3_000
/** How long live runs may take to be handed back at the end, in milliseconds. */
const HAND_BACK_MS = 15_000

async function openCore(config: CoreConfig, scope: Scope): Promise<Core> {
  const startedAt = config.ports.clock.now()
  const interrupted = new Set<string>()
  /** Why the host is not well, by what is the matter. */
  const problems: Record<'recovery' | 'store', string | null> = { recovery: null, store: null }
  const problem = (): string | null => supervision.problem() ?? problems.recovery ?? problems.store
  const tellProblem = (what: keyof typeof problems, sentence: string | null): void => {
    problems[what] = sentence
    tellStatus()
  }
  const rooms: Rooms = await buildRooms(config, scope, {
    storeTrouble(sentence) {
      if (sentence === null) logger.info('the store can be used again')
      else logger.error(`the store cannot be used: ${sentence}`)
      tellProblem('store', sentence)
    },
  })
  const { instanceId, clock, logger, store, projects, worktrees, agents, demo, runs, operations, live, pool, supervision, settings } = rooms
  const stopAsked = new AbortController()

  const state = (): HostStatus['state'] => (stopAsked.signal.aborted ? 'stopping' : problem() === null ? 'ready' : 'degraded')
  const status = (): HostStatus => ({
    id: 'host',
    instanceId,
    version: packageJson.version,
    host: config.host,
    dataDir: rooms.dataDir,
    store: 'SQLite',
    startedAt,
    opencode: agents.status(),
    state: state(),
    problem: problem(),
    interrupted: [...interrupted],
    demo: demo.status(),
  })
  const tellStatus = (): void => live.set('host', 'host', status())

  await operations.load()
  scope.add('the live rows', await connectLiveView(live, { ...rooms, settings: () => settings.get(), status }))
  const self: WorkerInstance = {
    instanceId,
    workerId: `local-${instanceId}`,
    pid: process.pid,
    processStartedAt: processIdentity(process.pid)?.startTime ?? null,
    host: hostname(),
    startedAt,
    seenAt: startedAt,
    build: null,
    stoppedAt: null,
  }
  const recover = async (): Promise<void> => {
    for (const id of await recoverFromEarlierHosts({ store, clock, logger })) interrupted.add(id)
    await endLeftContainers({ store, logger }, interrupted)
    await store.saveInstance(self)
    await worktrees.recover(projects.list())
  }
  let executes = false
  /** This host as one of the workers that execute runs. */
  const executor = (): WorkerStatus[] =>
    executes
      ? [
          {
            id: self.workerId,
            name: self.workerId,
            kind: 'worker',
            critical: false,
            state: 'running',
            restarts: 0,
            abandoned: 0,
            lastError: null,
            nextTryAt: null,
            startedAt,
            instanceId,
          },
        ]
      : []
  /** Nothing is claimed before it has succeeded; what keeps it from that, a full disk for example, may be mended meanwhile. */
  const begin = async (): Promise<void> => {
    while (!stopAsked.signal.aborted) {
      try {
        await recover()
        tellProblem('recovery', null)
        if (stopAsked.signal.aborted) return
        await rooms.resumeOpencode()
        for (const helper of rooms.helpers) supervision.keepWork(helper)
        if (config.concurrency !== 0) {
          supervision.keepWork(pool)
          executes = true
          for (const row of executor()) live.set('workers', row.id, row)
        }
        return
      } catch (error) {
        logger.error({ error }, 'what earlier hosts left could not be taken up; it is tried again')
        tellProblem('recovery', error instanceof Error ? error.message : String(error))
        await pause(clock, RECOVER_AGAIN_MS, stopAsked.signal)
      }
    }
  }
  const ready = begin()

  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    stopAsked.abort()
    tellStatus()
    await ready
    // First of all, while the screens still see it: live runs go back to the queue.
    pool.retire()
    await supervision.stopWork()
    // A pool that was waiting for its next start is not asked again by its supervisor.
    if (pool.live() > 0) await Promise.race([pool.stop(), pause(clock, HAND_BACK_MS, new AbortController().signal)])
    // Before the stop is noted: whoever dies in between has left something behind, and the next start looks for it.
    await agents.stop().catch((error: unknown) => logger.error({ error }, 'the agents could not be stopped'))
    await store
      .saveInstance({ ...self, seenAt: clock.now(), stoppedAt: clock.now() })
      .catch((error: unknown) => logger.warn({ error }, 'the stop could not be noted'))
    await scope.close()
  }

  return {
    instanceId,
    version: packageJson.version,
    ready,
    live,
    runs: runsApi(rooms),
    ops: opsApi(rooms),
    ...projectsApi(rooms),
    ...sessionsApi(rooms),
    operations: {
      ...operationsApi(rooms),
      activeCount: () => operations.activeCount(),
      addListener: (listener) => operations.addListener(listener),
    },
    workers: { list: () => [...supervision.rows(), ...executor()], reset: (name) => supervision.reset(name) },
    lanes: { list: () => store.lanes(), update: (lane, patch) => store.updateLane(lane, patch) },
    host: {
      status,
      async health() {
        // Whoever asks how a host is must be told also while its store is away: the lanes are then as they were last.
        const lanes = await store.lanes().catch(() => [...live.rows('lanes')])
        return { ok: state() === 'ready', version: packageJson.version, instanceId, state: state(), lanes }
      },
      settings: () => settings.get(),
      updateSettings(patch) {
        const changed = settings.update(patch)
        live.set('settings', 'settings', { id: 'settings', ...changed })
        // What kept OpenCode from starting may be mended now.
        if (patch.opencode && PARKED.has(supervision.supervisor.status(OPENCODE_WORKER).state)) supervision.reset(OPENCODE_WORKER)
        pool.wake()
        return changed
      },
      models: () => agents.models(),
      async startDemo(count) {
        const started = await demo.start({ count, agents, runs })
        tellStatus()
        return started
      },
    },
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

/** Waits, but not beyond the end of the signal. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.after(ms, resolve)
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise.finally(cancel)
}
