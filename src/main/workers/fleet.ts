import { hostname } from 'node:os'
import { type Clock, type Logger, processIdentity, type Watchdog } from '../platform/index.ts'
import type { RunStore } from '../runs/index.ts'
import { createFleetWorker, type FleetWorker, type Hello } from './fleet-worker.ts'
import { isStoreUnavailable } from './store-faults.ts'

/** How soon a hello is stored again that the store did not take, in milliseconds. */
const STORE_AGAIN_MS = 1_000

/** A worker process that a host is to keep going. */
export interface FleetWorkerSpec {
  readonly id: string
  /** The program to start with; the one of this app when left out. */
  readonly program?: string
}

/** The worker processes of a host. */
export interface Fleet {
  /** To be kept going by the supervisor. */
  readonly workers: readonly FleetWorker[]
  /** By its id, or by that of the instance which runs now. */
  find(id: string): FleetWorker | null
}

/** Makes the worker processes, and stores what each says of itself: that is what ends the runs that wait for it. */
export function createFleet(deps: {
  specs: readonly FleetWorkerSpec[]
  store: Pick<RunStore, 'instances' | 'saveInstance' | 'reconnected'>
  clock: Clock
  logger: Logger
  watchdog: Pick<Watchdog, 'add' | 'remove'>
  hostInstanceId: string
}): Fleet {
  const { store, clock, logger } = deps

  const keep = async (hello: Hello): Promise<void> => {
    const { workerId, instanceId, build, pid, startedAt } = hello
    const now = clock.now()
    for (const old of await store.instances()) {
      if (old.workerId === workerId && old.instanceId !== instanceId && old.stoppedAt === null)
        await store.saveInstance({ ...old, stoppedAt: now })
    }
    const processStartedAt = processIdentity(pid)?.startTime ?? null
    await store.saveInstance({
      instanceId,
      workerId,
      pid,
      processStartedAt,
      host: hostname(),
      build,
      startedAt,
      seenAt: now,
      stoppedAt: null,
    })
    for (const run of await store.reconnected(workerId, { instanceId, build, startedAt }, now)) {
      logger.info({ runId: run.id, workerId, outcome: run.outcome }, 'a worker came back')
    }
  }
  const keepUntilStored = (hello: Hello): void => {
    keep(hello).catch((error: unknown) => {
      if (isStoreUnavailable(error)) clock.after(STORE_AGAIN_MS, () => keepUntilStored(hello))
      else logger.error({ error, workerId: hello.workerId }, 'what a worker said of itself could not be stored')
    })
  }
  const workers = deps.specs.map(({ id, program }) =>
    createFleetWorker({ ...deps, workerId: id, onHello: keepUntilStored, ...(program ? { program } : {}) }),
  )
  return {
    workers,
    find: (id) => workers.find((worker) => worker.workerId === id || worker.current()?.instanceId === id) ?? null,
  }
}
