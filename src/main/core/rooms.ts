import { mkdir } from 'node:fs/promises'
import type { HostStatus } from '../../shared/models/index.ts'
import { type Agents, createAgents } from '../agents/index.ts'
import { createDemo, type Demo } from '../demo/index.ts'
import { createLiveView, type LiveView } from '../ipc/index.ts'
import { createOperations, type Operations } from '../operations/index.ts'
import { createAgentOp, createBuiltInOps, createShellOp } from '../ops/index.ts'
import {
  type Clock,
  createLogger,
  dataPaths,
  type HostPorts,
  INSTANCE_MARK,
  type Logger,
  lockDataFolder,
  newId,
  type Scope,
  startWatchdog,
} from '../platform/index.ts'
import { createProjects, type Projects } from '../projects/index.ts'
import { createRunFeed, createRuns, type Limits, type OpDefinition, type OpRegistry, type RunFeed, type Runs } from '../runs/index.ts'
import type { SqliteStore } from '../store/sqlite/index.ts'
import type { Worker } from '../supervision/index.ts'
import {
  createExecutorPool,
  createFleet,
  createHeartbeats,
  createSweeper,
  createTimeoutChecker,
  createWorkspace,
  type ExecutorPool,
  type Fleet,
  type FleetWorkerSpec,
  factsOf,
  HEARTBEAT_MS,
  LEASE_MS,
} from '../workers/index.ts'
import { createWorktrees, type WorktreeManager } from '../worktrees/index.ts'
import { watchOpencode } from './opencode-target.ts'
import { runAwaiting, runsOfWorker } from './restart-targets.ts'
import { openRestartableStore, type RestartableStore } from './restartable-store.ts'
import { watchStore } from './store-health.ts'
import { createSupervision, type Supervision } from './supervise.ts'

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
  /** Laid over OpenCode's configuration. */
  readonly opencodeConfig?: object
  /** Worker processes that this host keeps going; none when left out. */
  readonly fleet?: readonly FleetWorkerSpec[]
  /** Ops beside the built-in ones. */
  readonly ops?: readonly OpDefinition[]
}

/** Everything the core is made of, each made once and closed by `scope`. */
export interface Rooms {
  readonly instanceId: string
  readonly dataDir: string
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: HostPorts['settings']
  readonly store: SqliteStore
  readonly projects: Projects
  readonly worktrees: WorktreeManager
  readonly agents: Agents
  readonly demo: Demo
  readonly ops: OpRegistry
  readonly runs: Runs
  readonly feed: RunFeed
  readonly operations: Operations
  readonly live: LiveView
  readonly pool: ExecutorPool
  /** What works on runs beside the pool; each is kept going from when earlier hosts are recovered from. */
  readonly helpers: readonly Worker[]
  readonly supervision: Supervision
  readonly fleet: Fleet
  /** Brings the OpenCode server back when runs of an earlier host wait for it. */
  readonly resumeOpencode: () => Promise<void>
  readonly onStoreReopened: RestartableStore['onReopened']
  readonly limits: () => Limits
}

/**
 * Builds the rooms in the order in which they need each other; `scope` closes them in the opposite one.
 *
 * @param events.storeTrouble called with a sentence when the store could not be used, and with null when it is well again
 * @throws AppError CONFLICT when another host has the data folder, STORE_UNAVAILABLE when the database cannot be opened
 */
export async function buildRooms(
  config: CoreConfig,
  scope: Scope,
  events: { storeTrouble: (sentence: string | null) => void },
): Promise<Rooms> {
  const { clock, settings } = config.ports
  const paths = dataPaths(config.dataDir)
  await mkdir(paths.root, { recursive: true, mode: 0o700 })
  const lock = lockDataFolder(paths.root)
  scope.add('the folder lock', () => lock.release())
  const logger = config.logger ?? openLog(paths.root, scope)
  const instanceId = newId()

  const supervision = createSupervision({ clock, logger })
  const opened = await openRestartableStore({ file: paths.database, clock, logger })
  scope.add('the store', () => opened.store.close())
  scope.add('the supervised workers', () => supervision.supervisor.stop())
  for (const thread of opened.workers) supervision.keep(thread)
  const { store, stop: stopWatching } = watchStore(opened.store, { clock, onTrouble: events.storeTrouble })
  scope.add('the eye on the store', stopWatching)
  const watchdog = startWatchdog({ instanceId, clock, logger })
  scope.add('the watchdog', () => watchdog.close())
  const connect = () => store.connectWriterPort()
  const heartbeats = createHeartbeats({ connect, leaseMs: LEASE_MS, intervalMs: HEARTBEAT_MS, clock, logger })
  supervision.keep(heartbeats)
  opened.onReopened((role) => role === 'writer' && heartbeats.reconnect())

  const projects = createProjects({ file: paths.projectsFile, clock, logger, settings: () => settings.get() })
  const worktrees = createWorktrees({ root: paths.worktrees, clock, logger, env: { [INSTANCE_MARK]: instanceId } })
  scope.add('the worktrees', () => worktrees.settled())
  const demo = createDemo({ paths, projects, clock, logger })
  scope.add('the demo', () => demo.stop())
  const agents = createAgents({
    paths,
    settings: () => settings.get(),
    clock,
    logger,
    watchdog,
    supervisor: supervision.supervisor,
    instanceId,
    isolated: config.isolatedAgents ?? false,
    extraConfig: () => ({ ...config.opencodeConfig, ...demo.opencodeConfig() }),
  })
  scope.add('the agents', () => agents.stop())

  const opencode = watchOpencode({ agents, store, settings: () => settings.get(), clock, logger })
  scope.add('the watch on OpenCode', () => opencode.stop())
  const fleet = createFleet({ specs: config.fleet ?? [], store, clock, logger, watchdog, hostInstanceId: instanceId })
  scope.add('the fleet', () => fleet.close())
  for (const worker of fleet.workers) supervision.keep(worker, () => factsOf(worker))

  const ops: OpRegistry = new Map(
    [
      createAgentOp(
        demo.serving(agents),
        () => settings.get().opencode,
        (id, folder) => projects.isTrusted(id, folder),
      ),
      createShellOp({ clock, watchdog }),
      ...createBuiltInOps({
        clock,
        watchdog,
        worktrees,
        agents,
        run: (id) => store.get(id),
        opencode,
        worker: (id) => fleet.find(id),
        worksOn: (workerId) => runsOfWorker(store, workerId),
        awaiting: (target) => runAwaiting(store, target),
        cancelRun: (id, request) => store.cancel(id, request, clock.now()),
      }),
      ...(config.ops ?? []),
    ].map((op) => [op.name, op]),
  )
  const runs = createRuns({ store, ops, project: (id) => projects.refresh(id), settings: () => settings.get(), clock, newId })
  const operations = createOperations({ clock, newId, store, runs, logger })
  scope.add('the operations', () => operations.flush())
  const feed = createRunFeed(store, clock)
  scope.add('the feed', () => feed.close())
  const live = createLiveView(instanceId, clock)
  scope.add('the live view', () => live.close())

  const limits = (): Limits => ({
    ...settings.get().limits,
    projects: Object.fromEntries(projects.list().flatMap((project) => (project.limit ? [[project.id, project.limit]] : []))),
  })
  const workspace = createWorkspace({
    worktrees,
    operations,
    settings: () => settings.get(),
    disposeDirectory: (directory) => agents.dispose(directory),
    storeWorktree: (lease, worktreeId) => store.updateRun(lease, { worktreeId }, clock.now()),
    scratchRoot: paths.scratch,
    logger,
  })
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
    concurrency: () => config.concurrency ?? settings.get().limits.global,
    admission: supervision.admission,
  })
  const helpers = [
    createSweeper({ store, clock, logger, random: Math.random }),
    createTimeoutChecker({ store, pool, clock, logger, random: Math.random }),
  ]
  supervision.supervisor.subscribe(() => pool.wake())
  supervision.supervisor.start()
  return {
    instanceId,
    dataDir: paths.root,
    clock,
    logger,
    settings,
    store,
    projects,
    worktrees,
    agents,
    demo,
    ops,
    runs,
    feed,
    operations,
    live,
    pool,
    helpers,
    supervision,
    fleet,
    resumeOpencode: () => opencode.resume(),
    onStoreReopened: opened.onReopened,
    limits,
  }
}

function openLog(dataDir: string, scope: Scope): Logger {
  const log = createLogger({ dataDir })
  scope.add('the log', () => log.close())
  return log.logger
}
