import { Worker } from 'node:worker_threads'
import { AppError } from '../../../shared/models/index.ts'
import { entryPath } from '../../platform/index.ts'
import type { StoreChange } from '../../runs/store-port.ts'
import type { MigrationReport } from './migrate.ts'
import { PortClient, toAppError } from './port-client.ts'
import type { Answer, Ready, ThreadData } from './protocol.ts'

/** A store thread that has opened the database. */
export interface StoreThread {
  readonly client: PortClient
  readonly migration: MigrationReport | null
  /** Does what was called so far, closes the database and resolves when the thread has ended. */
  close(): Promise<void>
}

const unavailable = (message: string, cause?: unknown): AppError => new AppError('STORE_UNAVAILABLE', message, { cause })

/**
 * Starts a thread. It loads its program at once and opens the database when `open` is called: the reader waits for the writer's migration.
 *
 * @param events.change  a commit changed this; called before the replies of that commit settle
 * @param events.mistake  a call failed by a bug, not by anything its caller could have done better
 * @param events.broken  the thread ended by itself; called at most once, after every waiting call was rejected
 * @returns `stop` ends the thread at once and rejects with its reason
 */
export const startThread = (
  data: ThreadData,
  events: { change(change: StoreChange): void; mistake(error: AppError): void; broken(error: AppError): void },
): { open(): Promise<StoreThread>; stop(reason: AppError): void } => {
  const worker = new Worker(entryPath('store-thread'), { workerData: data, name: `store-${data.role}` })
  const client = new PortClient(worker)
  const opening = Promise.withResolvers<StoreThread>()
  const ended = Promise.withResolvers<void>()
  /** `ending` was asked for; in every other mode the thread has no reason to end. */
  let mode: 'opening' | 'open' | 'ending' = 'opening'

  const close = async (): Promise<void> => {
    if (mode === 'open') client.post({ close: true })
    mode = 'ending'
    await ended.promise
  }
  const fail = (cause: unknown): void => {
    const before = mode
    mode = 'ending'
    const error =
      before === 'ending'
        ? unavailable('The store is closed.')
        : unavailable('The store stopped working. Everything it confirmed is stored; restart the app.', cause)
    client.break(error)
    opening.reject(error)
    if (before === 'open') events.broken(error)
  }
  const stop = (reason: AppError): void => {
    mode = 'ending'
    client.break(reason)
    opening.reject(reason)
    worker.terminate()
  }

  worker.on('message', (message: Ready | Answer) => {
    if ('replies' in message) {
      for (const change of message.changes) events.change(change)
      for (const reply of message.replies) if (!reply.ok && reply.error.code === 'INTERNAL') events.mistake(toAppError(reply.error))
      client.settle(message.replies)
    } else if (message.ready) {
      mode = 'open'
      opening.resolve({ client, migration: message.migration, close })
    } else {
      opening.reject(toAppError(message.error))
    }
  })
  worker.on('error', fail)
  worker.on('messageerror', fail)
  worker.on('exit', (code) => {
    fail(new Error(`The ${data.role} thread ended with code ${code}.`))
    ended.resolve()
  })
  // Whoever opens hears of a failure; a thread that nobody opened any more has nobody to tell.
  opening.promise.catch(() => {})
  return {
    open: () => {
      worker.postMessage({ open: true })
      return opening.promise
    },
    stop,
  }
}
