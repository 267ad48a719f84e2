import { AppError } from '../../shared/models/errors.ts'
import { type Clock, type Logger, silentLogger } from '../platform/index.ts'
import { SupervisedWorker } from './supervised-worker.ts'
import { DEFAULT_WORKER_OPTIONS, type Worker, type WorkerOptions, type WorkerStatus } from './worker.ts'

/** Starts, watches and restarts workers. */
export interface Supervisor {
  /**
   * Takes a worker under supervision; it starts with the others, or at once if they have started.
   *
   * With a `poolSize` above 1 pass a function that makes one for each slot (from 1); these are called `name 1`, `name 2` and so on.
   *
   * @throws AppError CONFLICT  a worker of this name is there already
   * @throws AppError VALIDATION_FAILED  one worker cannot fill several slots
   */
  add(worker: Worker | ((slot: number) => Worker), options?: Partial<WorkerOptions>): void
  /** Starts all but the lazy ones, in the order in which they were added. Returns at once. */
  start(): void
  /** Has a worker running from now on, a lazy one too; nothing happens before `start` and after `stop`. Safe to call again. @throws AppError NOT_FOUND */
  need(name: string): void
  /** Stops one worker until it is needed again. Resolves when it is gone or given up. @throws AppError NOT_FOUND */
  stopOne(name: string): Promise<void>
  /** Stops all, one after the other in reverse order; each has `stopTimeoutMs`. Nothing is restarted afterwards. */
  stop(): Promise<void>
  /** Closes a worker's breaker and starts it now if it was waiting. @throws AppError NOT_FOUND */
  reset(name: string): void
  /** @throws AppError NOT_FOUND */
  status(name: string): WorkerStatus
  /** In the order in which they were added. */
  list(): readonly WorkerStatus[]
  /** True while a critical worker's breaker is not closed. */
  degraded(): boolean
  /** Hears of changes, on a later microtask, several at once; a listener that throws is logged. Returns what ends it. */
  subscribe(listener: (workers: readonly WorkerStatus[]) => void): () => void
}

export function createSupervisor(ports: { clock: Clock; logger?: Logger }): Supervisor {
  const { clock, logger = silentLogger } = ports
  const workers = new Map<string, SupervisedWorker>()
  const lazy = new Set<string>()
  const listeners = new Set<(workers: readonly WorkerStatus[]) => void>()
  let started = false
  let telling = false

  const list = (): readonly WorkerStatus[] => Object.freeze([...workers.values()].map((worker) => worker.status))
  const changed = (): void => {
    if (telling) return
    telling = true
    queueMicrotask(() => {
      telling = false
      const statuses = list()
      for (const listener of [...listeners]) {
        try {
          listener(statuses)
        } catch (error) {
          logger.error({ err: error }, 'A listener of the supervisor failed.')
        }
      }
    })
  }
  const addOne = (worker: Worker, name: string, options: WorkerOptions): void => {
    if (workers.has(name)) throw new AppError('CONFLICT', `There is a worker named "${name}" already; give each its own name.`)
    const supervised = new SupervisedWorker(worker, name, options, { clock, logger, changed })
    workers.set(name, supervised)
    if (options.lazy) lazy.add(name)
    else if (started) supervised.start()
    changed()
  }
  const find = (name: string): SupervisedWorker => {
    const worker = workers.get(name)
    if (!worker) throw new AppError('NOT_FOUND', `There is no worker named "${name}".`)
    return worker
  }
  return {
    add(worker, changes = {}) {
      const options = { ...DEFAULT_WORKER_OPTIONS, ...changes }
      if (typeof worker !== 'function') {
        if (options.poolSize !== 1) throw new AppError('VALIDATION_FAILED', `Pass a function that makes "${worker.name}" for each slot.`)
        return addOne(worker, worker.name, options)
      }
      for (let slot = 1; slot <= options.poolSize; slot += 1) {
        const one = worker(slot)
        addOne(one, options.poolSize === 1 ? one.name : `${one.name} ${slot}`, options)
      }
    },
    start() {
      started = true
      for (const [name, worker] of workers) if (!lazy.has(name)) worker.start()
    },
    need(name) {
      const worker = find(name)
      if (started) worker.start()
    },
    stopOne: async (name) => find(name).stop(),
    async stop() {
      started = false
      for (const worker of [...workers.values()].reverse()) await worker.stop()
    },
    reset: (name) => find(name).reset(),
    status: (name) => find(name).status,
    list,
    degraded: () => list().some((worker) => worker.critical && worker.breaker !== 'closed'),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
