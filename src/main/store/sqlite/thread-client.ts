import { randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../../shared/models/index.ts'
import { entryPath } from '../../platform/index.ts'
import type { StoreChange } from '../../runs/store-port.ts'
import { readLastAnswer } from './last-answer.ts'
import type { MigrationReport } from './migrate.ts'
import { PortClient, toAppError } from './port-client.ts'
import type { Answer, Ready, Role, ThreadData } from './protocol.ts'

/** A store thread that has opened the database. */
export interface StoreThread {
  readonly client: PortClient
  readonly migration: MigrationReport | null
  /** Does what was called so far, closes the database and resolves when the thread has ended. */
  close(): Promise<void>
}

/** What a thread tells besides its replies. */
export interface ThreadEvents {
  /** A commit changed this; called before the replies of that commit settle. */
  change(change: StoreChange): void
  /** A call failed by a bug, not by anything its caller could have done better. */
  mistake(error: AppError): void
  /** The thread ended by itself; called at most once, after every waiting call was settled. */
  broken(error: AppError): void
}

/** A thread on its way. `stop` ends it at once, whatever it is doing: what it committed is answered, all else is rejected with this reason. */
export interface ThreadStart {
  open(): Promise<StoreThread>
  stop(reason: AppError): void
  /** Resolves when nothing of the thread is left. */
  readonly ended: Promise<void>
}

/** How the names of all threads of this process begin. */
const OF_PROCESS = `${randomUUID()}/`

const unavailable = (message: string, cause?: unknown): AppError => new AppError('STORE_UNAVAILABLE', message, { cause })

/**
 * Starts a thread. It loads its program at once and opens the database when `open` is called: the reader waits for the writer's migration.
 *
 * Nothing is left in doubt by its death: a call that was committed is answered all the same, so one that is rejected is not stored.
 */
export const startThread = (role: Role, file: string, events: ThreadEvents): ThreadStart => {
  const life = `${OF_PROCESS}${randomUUID()}`
  const workerData: ThreadData = { role, file, life, ofProcess: OF_PROCESS }
  const worker = new Worker(entryPath('store-thread'), { workerData, name: `store-${role}` })
  const client = new PortClient(worker)
  const opening = Promise.withResolvers<StoreThread>()
  const ended = Promise.withResolvers<void>()
  /** `ending` was asked for; in every other mode the thread has no reason to end. */
  let mode: 'opening' | 'open' | 'ending' = 'opening'
  let cause: unknown = null
  let reason: AppError | null = null

  const take = ({ changes, replies }: Answer): void => {
    for (const change of changes) events.change(change)
    for (const reply of replies) if (!reply.ok && reply.error.code === 'INTERNAL') events.mistake(toAppError(reply.error))
    client.settle(replies)
  }
  /** The thread is gone and everything it posted has been heard; what it committed and did not live to post stands in the file. */
  const takeUnsaid = (): void => {
    if (role !== 'writer' || !client.waits) return
    try {
      const left = readLastAnswer(file, life)
      if (left?.replies.some(({ id }) => client.isWaiting(id))) take(left)
    } catch (error) {
      cause ??= error
    }
  }
  const close = async (): Promise<void> => {
    if (mode === 'open') client.post({ close: true })
    mode = 'ending'
    await ended.promise
  }

  worker.on('message', (message: Ready | Answer) => {
    if ('replies' in message) {
      take(message)
    } else if (message.ready) {
      mode = mode === 'opening' ? 'open' : mode
      opening.resolve({ client, migration: message.migration, close })
    } else {
      opening.reject(toAppError(message.error))
    }
  })
  worker.on('error', (error) => {
    cause ??= error
  })
  worker.on('messageerror', (error) => {
    cause ??= error
    void worker.terminate()
  })
  worker.on('exit', (code) => {
    const before = mode
    mode = 'ending'
    takeUnsaid()
    const gone =
      before === 'ending'
        ? (reason ?? unavailable('The store is closed.'))
        : unavailable(
            'The store stopped working. Everything it confirmed is stored; restart the app.',
            cause ?? new Error(`The ${role} thread ended with code ${code}.`),
          )
    client.break(gone)
    opening.reject(gone)
    ended.resolve()
    if (before === 'open') events.broken(gone)
  })
  // Whoever opens hears of a failure; a thread that nobody opened any more has nobody to tell.
  opening.promise.catch(() => {})
  return {
    open: () => {
      worker.postMessage({ open: true })
      return opening.promise
    },
    ended: ended.promise,
    stop(why) {
      mode = 'ending'
      reason ??= why
      client.refuse(why)
      void worker.terminate()
    },
  }
}
