import { hostname } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import type { HostStatus } from '../shared/models/index.ts'
import { operationsApi, projectsApi, runsApi, sessionsApi } from './core/api.ts'
import { connectLiveView } from './core/live-sources.ts'
import { opsApi } from './core/ops-api.ts'
import { recoverFromEarlierHosts } from './core/recovery.ts'
import { buildRooms, type CoreConfig, type Rooms } from './core/rooms.ts'
import type { CoreApi } from './ipc/index.ts'
import type { Operations } from './operations/index.ts'
import { createScope, processIdentity, type Scope } from './platform/index.ts'
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

async function openCore(config: CoreConfig, scope: Scope): Promise<Core> {
  const startedAt = config.ports.clock.now()
  let state: HostStatus['state'] = 'ready'
  let interrupted: readonly string[] = []
  const rooms: Rooms = await buildRooms(config, scope, (error) => degrade(error))
  const { instanceId, clock, logger, store, projects, worktrees, agents, demo, runs, operations, live, pool, sweeper, settings } = rooms

  const status = (): HostStatus => ({
    id: 'host',
    instanceId,
    version: packageJson.version,
    host: config.host,
    dataDir: rooms.dataDir,
    store: 'SQLite',
    startedAt,
    opencode: agents.status(),
    state,
    interrupted: [...interrupted],
    demo: demo.status(),
  })
  const tellStatus = (): void => live.set('host', 'host', status())
  const degrade = (error: unknown): void => {
    logger.error({ error }, 'the store is gone or could not be recovered; nothing more is claimed')
    state = 'degraded'
    pool.pause(true)
    tellStatus()
  }

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
    stoppedAt: null,
  }
  const recover = async (): Promise<void> => {
    interrupted = await recoverFromEarlierHosts({ store, clock, logger })
    await store.saveInstance(self)
    await worktrees.recover(projects.list())
    tellStatus()
    if (state !== 'ready') return
    if (config.concurrency !== 0) pool.start()
    sweeper.start()
  }
  const ready = recover().catch(degrade)

  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    state = 'stopping'
    tellStatus()
    await ready
    sweeper.stop()
    // First of all, while the screens still see it: live runs go back to the queue.
    await pool.stop()
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
    lanes: { list: () => store.lanes(), update: (lane, patch) => store.updateLane(lane, patch) },
    host: {
      status,
      async health() {
        return { ok: state === 'ready', version: packageJson.version, instanceId, state, lanes: await store.lanes() }
      },
      settings: () => settings.get(),
      updateSettings(patch) {
        const changed = settings.update(patch)
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
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}
