import { AppError } from '../../shared/models/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import type { StoreChange } from '../runs/index.ts'
import { type Role, type StoreThread, startThread, type ThreadStart } from '../store/sqlite/index.ts'
import type { Worker, WorkerContext } from '../supervision/index.ts'

/** One store thread after the other, by way of a worker. */
export interface RestartableThread {
  readonly worker: Worker
  /** The one that can be called now; null while there is none. */
  current(): StoreThread | null
  /** The first one, before anything supervises. @throws AppError STORE_UNAVAILABLE */
  open(): Promise<StoreThread['migration']>
  /** Does what was called so far and resolves when no thread is left. */
  close(): Promise<void>
}

/** How long a thread may take to do what it was asked and to close the database, in milliseconds; then it is ended where it is. */
const CLOSE_MS = 10_000

/** One thread. */
interface Life {
  readonly start: ThreadStart
  thread: StoreThread | null
}

export function createRestartableThread(options: {
  name: string
  role: Role
  file: string
  clock: Clock
  logger: Logger
  onChange: (change: StoreChange) => void
  onReopened: () => void
}): RestartableThread {
  const { name, role, file, clock, logger } = options
  let life: Life | null = null
  let context: WorkerContext | null = null

  const launch = (): Life => {
    const start = startThread(role, file, {
      change: options.onChange,
      mistake: (error) => logger.error({ error }, 'the store made a mistake'),
      broken(error) {
        logger.error({ error, role }, 'a store thread died')
        if (life !== own) return
        life = null
        context?.crashed(error)
      },
    })
    const own: Life = { start, thread: null }
    life = own
    return own
  }
  const open = async (): Promise<StoreThread['migration']> => {
    const own = launch()
    const thread = await own.start.open()
    own.thread = thread
    return thread.migration
  }
  /** A thread that hangs is not waited for: it ends as soon as it does anything again, and takes no further call. */
  const close = async (): Promise<void> => {
    const own = life
    life = null
    if (!own) return
    const gone = new AppError('STORE_UNAVAILABLE', 'The store is closed.')
    const cancel = own.thread ? clock.after(CLOSE_MS, () => own.start.stop(gone)) : () => {}
    if (own.thread) void own.thread.close()
    else own.start.stop(gone)
    await own.start.ended.finally(cancel)
  }
  return {
    current: () => life?.thread ?? null,
    open,
    close,
    worker: {
      name,
      start(given) {
        context = given
        // The first start takes what was opened before anything else could be built.
        if (life?.thread) return given.ready()
        open().then(() => {
          given.ready()
          options.onReopened()
        }, given.crashed)
      },
      stop: close,
    },
  }
}
