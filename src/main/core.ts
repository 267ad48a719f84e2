import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import type { HostStatus } from '../shared/models/index.ts'
import { createAgents } from './agents/index.ts'
import { operationsApi, projectsApi, runsApi, sessionsApi } from './core/api.ts'
import { connectLiveView } from './core/live-sources.ts'
import { recoverFromEarlierHosts } from './core/recovery.ts'
import { createDemo } from './demo/index.ts'
import { type CoreApi, createLiveView } from './ipc/index.ts'
import { createOperations, type Operations } from './operations/index.ts'
import { createAgentOp, createShellOp } from './ops/index.ts'
import {
  createLogger,
  dataPaths,
  type HostPorts,
  type Logger,
  lockDataFolder,
  newId,
  processIdentity,
  startWatchdog,
} from './platform/index.ts'
import { createProjects } from './projects/index.ts'
import { createRunFeed, createRuns, type Limits } from './runs/index.ts'
import { openSqliteStore } from './store/sqlite/index.ts'
import { createExecutorPool, createSweeper, createWorkspace, HEARTBEAT_MS, LEASE_MS, startHeartbeats } from './workers/index.ts'
import { createWorktrees } from './worktrees/index.ts'

export interface CoreConfig {
  /** Made when it is missing; locked for this process until `stop`. */
  readonly dataDir: string
  readonly host: HostStatus['host']
  readonly ports: HostPorts
  /** Runs that this process works on at once; the setting when left out, 0 for none. */
  readonly concurrency?: number
  /** The host's own, which it closes itself; a log file in the data folder when left out. */
  readonly logger?: Logger
  /** Keeps OpenCode apart from the user's own configuration, credentials and network: demo and tests. */
  readonly isolatedAgents?: boolean
}

export interface Core extends Omit<CoreApi, 'operations'> {
  readonly operations: CoreApi['operations'] & Pick<Operations, 'activeCount' | 'addListener'>
  /** Resolves once what earlier hosts left is recovered and runs are claimed. */
  readonly ready: Promise<void>
}

/**
 * Builds the whole core from a config and the host's ports. The only file that knows every room.
 *
 * Resolves when calls can be served; claiming starts a moment later, when nothing of an earlier host is left.
 *
 * @throws AppError CONFLICT when another host has the data folder, STORE_UNAVAILABLE when the database cannot be opened
 */
export async function createCore(config: CoreConfig): Promise<Core> {
  const { clock, settings: settingsPort } = config.ports
  const paths = dataPaths(config.dataDir)
  await mkdir(paths.root, { recursive: true })
  const lock = lockDataFolder(paths.root)
  const log = config.logger ? null : createLogger({ dataDir: paths.root })
  const logger = config.logger ?? log!.logger
  const instanceId = newId()
  const startedAt = clock.now()
  const settings = () => settingsPort.get()

  const store = await openSqliteStore({ file: paths.database, logger, onFatal: (error) => degrade(error) }).catch((error: unknown) => {
    lock.release()
    throw error
  })
  const watchdog = startWatchdog({ instanceId, clock, logger })
  const projects = createProjects({ file: paths.projectsFile, clock, logger, settings })
  const worktrees = createWorktrees({ root: paths.worktrees, clock, logger })
  const demo = createDemo({ paths, projects, clock, logger })
  const agents = createAgents({
    paths,
    settings,
    clock,
    logger,
    watchdog,
    instanceId,
    isolated: config.isolatedAgents ?? false,
    extraConfig: () => demo.opencodeConfig(),
  })
  const ops = new Map([createAgentOp(agents, () => settings().opencode), createShellOp({ clock, watchdog })].map((op) => [op.name, op]))
  const runs = createRuns({ store, ops, project: (id) => projects.refresh(id), settings, clock, newId })
  const operations = createOperations({ clock, newId, store, runs, logger })
  const feed = createRunFeed(store, clock)
  const live = createLiveView(instanceId, clock)

  const limits = (): Limits => ({
    ...settings().limits,
    projects: Object.fromEntries(projects.list().flatMap((project) => (project.limit ? [[project.id, project.limit]] : []))),
  })
  const workspace = createWorkspace({
    worktrees,
    operations,
    settings,
    disposeDirectory: (directory) => agents.dispose(directory),
    storeWorktree: (run, worktreeId) =>
      store.updateRun({ runId: run.id, attemptId: run.attemptId, leaseToken: run.leaseToken }, { worktreeId }, clock.now()),
    scratchRoot: paths.scratch,
    logger,
  })
  const heartbeats = startHeartbeats({ writerPort: store.connectWriterPort(), leaseMs: LEASE_MS, intervalMs: HEARTBEAT_MS, logger })
  const pool = createExecutorPool({
    store,
    ops,
    feed,
    workspace,
    project: (id) => projects.get(id),
    clock,
    logger,
    instanceId,
    workerId: `local-${instanceId}`,
    random: Math.random,
    heartbeats,
    limits,
    concurrency: () => config.concurrency ?? settings().limits.global,
  })
  const sweeper = createSweeper({ store, clock, logger, random: Math.random })

  let state: HostStatus['state'] = 'ready'
  let interrupted: readonly string[] = []
  const status = (): HostStatus => ({
    id: 'host',
    instanceId,
    version: packageJson.version,
    host: config.host,
    dataDir: paths.root,
    store: 'SQLite',
    startedAt,
    opencode: agents.status(),
    state,
    interrupted: [...interrupted],
    demo: demo.status(),
  })
  const tellStatus = (): void => live.set('host', 'host', status())
  const degrade = (error: unknown): void => {
    logger.error({ error }, 'the store is gone; nothing more is claimed')
    state = 'degraded'
    pool.pause(true)
    tellStatus()
  }

  await operations.load()
  const disconnect = await connectLiveView(live, { store, operations, projects, agents, clock, settings, status })
  const self = {
    instanceId,
    workerId: `local-${instanceId}`,
    pid: process.pid,
    processStartedAt: processIdentity(process.pid)?.startTime ?? null,
    host: hostname(),
    startedAt,
    seenAt: startedAt,
    stoppedAt: null,
  }
  const recover = async (): Promise<void> => {
    interrupted = await recoverFromEarlierHosts({ store, clock, logger })
    await store.saveInstance(self)
    await worktrees.recover(projects.list())
    tellStatus()
    if (state === 'stopping') return
    if (config.concurrency !== 0) pool.start()
    sweeper.start()
  }
  const ready = recover().catch((error: unknown) => degrade(error))

  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    state = 'stopping'
    tellStatus()
    await ready
    sweeper.stop()
    await pool.stop()
    await agents.stop()
    await demo.stop()
    disconnect()
    live.close()
    feed.close()
    await operations.flush()
    await store
      .saveInstance({ ...self, seenAt: clock.now(), stoppedAt: clock.now() })
      .catch((error: unknown) => logger.warn({ error }, 'the stop could not be noted'))
    await heartbeats.close()
    await store.close()
    watchdog.close()
    await log?.close()
    lock.release()
  }

  const rooms = { store, runs, feed, agents, projects, worktrees, operations, limits, clock }
  return {
    instanceId,
    version: packageJson.version,
    ready,
    live,
    runs: runsApi(rooms),
    ...projectsApi(rooms),
    ...sessionsApi(rooms),
    operations: {
      ...operationsApi(rooms),
      activeCount: () => operations.activeCount(),
      addListener: (listener) => operations.addListener(listener),
    },
    lanes: { list: () => store.lanes(), update: (lane, patch) => store.updateLane(lane, patch) },
    host: {
      status,
      async health() {
        return { ok: state === 'ready', version: packageJson.version, instanceId, state, lanes: await store.lanes() }
      },
      settings,
      updateSettings(patch) {
        const changed = settingsPort.update(patch)
        live.set('settings', 'settings', { id: 'settings', ...changed })
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
    stop: () => (stopping ??= stop()),
  }
}
