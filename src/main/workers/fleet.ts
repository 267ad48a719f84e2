import { hostname } from 'node:os'
import type { WorkerStatus } from '../../shared/models/index.ts'
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

/** Who a worker process is, as its row shows it. */
export function factsOf(worker: FleetWorker): Pick<WorkerStatus, 'workerId' | 'instanceId' | 'build'> {
  const hello = worker.current()
  return { workerId: worker.workerId, ...(hello && { instanceId: hello.instanceId, build: hello.build }) }
}

/** The worker processes of a host. */
export interface Fleet {
  /** To be kept going by the supervisor. */
  readonly workers: readonly FleetWorker[]
  /** By its id, or by that of the instance which runs now. */
  find(id: string): FleetWorker | null
  /** Called when one has said who it is or is no longer there. Returns what ends it. */
  subscribe(listener: () => void): () => void
  /** Stores no more of what they say. */
  close(): void
}

/** Makes the worker processes, and stores what each says of itself: that is what ends the runs that wait for it. */
export function createFleet(deps: {
  specs: readonly FleetWorkerSpec[]
  store: Pick<RunStore, 'instances' | 'saveInstance' | 'reconnected' | 'rescue'>
  clock: Clock
  logger: Logger
  watchdog: Pick<Watchdog, 'add' | 'remove'>
  hostInstanceId: string
}): Fleet {
  const { store, clock, logger } = deps
  const listeners = new Set<() => void>()
  const changed = (): void => {
    for (const listener of [...listeners]) listener()
  }
  let closed = false
  /** What was said is stored in its order: a hello that waits for the store must not undo a later one. */
  let keeping: Promise<void> = Promise.resolve()

  const keep = async (hello: Hello): Promise<void> => {
    const { workerId, instanceId, build, pid, startedAt } = hello
    const now = clock.now()
    const before = (await store.instances()).filter(
      (old) => old.workerId === workerId && old.instanceId !== instanceId && old.stoppedAt === null,
    )
    // What an instance worked on that is gone goes back to the queue at once. Before it counts as stopped, so that a death in between forgets nothing.
    const lost = await store.rescue(
      before.map((old) => old.instanceId),
      now,
    )
    if (lost.length > 0) logger.warn({ workerId, runIds: lost.map((run) => run.id) }, 'runs of a worker that is gone were taken back')
    for (const old of before) await store.saveInstance({ ...old, stoppedAt: now })
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
  const keepUntilStored = async (hello: Hello): Promise<void> => {
    while (!closed) {
      try {
        return await keep(hello)
      } catch (error) {
        if (!isStoreUnavailable(error)) throw error
        await new Promise<void>((resolve) => clock.after(STORE_AGAIN_MS, resolve))
      }
    }
  }
  const onHello = (hello: Hello): void => {
    changed()
    keeping = keeping
      .then(() => keepUntilStored(hello))
      .catch((error: unknown) => logger.error({ error, workerId: hello.workerId }, 'what a worker said of itself could not be stored'))
  }
  const workers = deps.specs.map(({ id, program }) =>
    createFleetWorker({ ...deps, workerId: id, onHello, onGone: changed, ...(program ? { program } : {}) }),
  )
  /** Who is here and has been told to the runs: a run that begins to wait now must not take that hello for a return. */
  const whenTold = async (worker: FleetWorker): Promise<Hello | null> => {
    for (;;) {
      const hello = await worker.whenHere()
      const told = keeping
      await told
      if (told === keeping && worker.current() === hello) return hello
    }
  }
  return {
    workers,
    find(id) {
      const worker = workers.find((one) => one.workerId === id || one.current()?.instanceId === id)
      return worker ? { ...worker, whenHere: () => whenTold(worker) } : null
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closed = true
      listeners.clear()
    },
  }
}
