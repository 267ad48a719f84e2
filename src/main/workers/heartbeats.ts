import { type MessagePort, Worker as Thread } from 'node:worker_threads'
import type { KillSignal, Lease } from '../../shared/models/index.ts'
import { type Clock, entryPath, type Logger } from '../platform/index.ts'
import type { RunStore } from '../runs/index.ts'
import type { Worker } from '../supervision/index.ts'

/**
 * Keeps the leases of live attempts, from a thread that parses no agent output and reaches the writer by a port of its own.
 *
 * As a worker it is that thread: leases are known here, so a new thread goes on with them. While there is none, attempts are stopped at their
 * deadline as the thread would have done.
 */
export interface Heartbeats extends Worker {
  /** `leaseUntil` is UTC epoch milliseconds. */
  add(lease: Lease, leaseUntil: number): void
  remove(attemptId: string): void
  /** Told when a heartbeat's answer asks for the end, again when it asks for more, or the lease is lost or could not be renewed in time. */
  onStop(listener: (attemptId: string, stop: HeartbeatStop) => void): void
  /** The store's writer is another one: heartbeats go to it from now on, the first at once. */
  reconnect(): void
}

/** How long before its lease ends an attempt must stop while there is no thread, in milliseconds; the thread has its own. */
const MARGIN_MS = 5_000
/** How often deadlines are looked at while there is no thread, in milliseconds; a gap far longer is a machine that slept. */
const LOOK_MS = 1_000
const JUMP_MS = 30_000

/** Why an attempt is to stop, and the signal of a kill. */
export interface HeartbeatStop {
  readonly reason: 'cancelled' | 'killed' | 'lease_lost'
  readonly kill: KillSignal | null
}

/** What the two sides say to each other. */
export type ToHeartbeats =
  | { readonly add: Lease; readonly leaseUntil: number }
  | { readonly remove: string }
  | { readonly port: MessagePort }
export type FromHeartbeats =
  | ({ readonly stop: string } & HeartbeatStop)
  | { readonly renewed: string; readonly leaseUntil: number }
  | { readonly failed: string }

/** The two messages of a store's writer port that heartbeats use. */
export interface HeartbeatCall {
  readonly id: number
  readonly method: 'heartbeat'
  readonly args: Parameters<RunStore['heartbeat']>
}
export interface HeartbeatAnswer {
  readonly replies: readonly (
    | { readonly id: number; readonly ok: true; readonly value: Awaited<ReturnType<RunStore['heartbeat']>> }
    | { readonly id: number; readonly ok: false; readonly error: { readonly code: string; readonly message: string } }
  )[]
}

/** @param connect  makes another writer port of the store, which is handed over to the thread; throws while there is no writer */
export function createHeartbeats(options: {
  connect: () => MessagePort
  leaseMs: number
  intervalMs: number
  clock: Clock
  logger: Logger
}): Heartbeats {
  const { connect, clock, logger } = options
  const listeners: ((attemptId: string, stop: HeartbeatStop) => void)[] = []
  const held = new Map<string, { readonly lease: Lease; leaseUntil: number }>()
  let thread: Thread | null = null
  let cancelLook: (() => void) | undefined
  let lookedAt = 0

  const tell = (attemptId: string, stop: HeartbeatStop): void => {
    if (stop.reason === 'lease_lost') held.delete(attemptId)
    for (const listener of listeners) listener(attemptId, stop)
  }
  const post = (message: ToHeartbeats): void => thread?.postMessage(message)
  const giveLine = (): void => {
    if (!thread) return
    try {
      const port = connect()
      thread.postMessage({ port } satisfies ToHeartbeats, [port])
    } catch (error) {
      logger.warn({ error }, 'heartbeats wait for the store')
    }
  }
  /** The eye on the deadlines while there is no thread. */
  const look = (): void => {
    cancelLook?.()
    if (thread || held.size === 0) return
    const now = clock.now()
    // Time asleep is nobody's fault: the next thread asks the store what still holds.
    if (Math.abs(now - lookedAt) > JUMP_MS) for (const one of held.values()) one.leaseUntil = Math.max(one.leaseUntil, now + JUMP_MS)
    lookedAt = now
    for (const [attemptId, { leaseUntil }] of held) if (now >= leaseUntil - MARGIN_MS) tell(attemptId, { reason: 'lease_lost', kill: null })
    cancelLook = clock.after(LOOK_MS, look)
  }
  const lookFromNow = (): void => {
    lookedAt = clock.now()
    look()
  }
  const take = (message: FromHeartbeats): void => {
    if ('failed' in message) logger.warn({ reason: message.failed }, 'a heartbeat could not be stored; it is tried again')
    else if ('stop' in message) tell(message.stop, message)
    else {
      const known = held.get(message.renewed)
      if (known) known.leaseUntil = message.leaseUntil
    }
  }

  return {
    name: 'Heartbeats',
    start({ ready, crashed }) {
      const own = new Thread(entryPath('heartbeat-thread'), {
        workerData: { leaseMs: options.leaseMs, intervalMs: options.intervalMs },
        name: 'heartbeats',
      })
      own.unref()
      own.once('online', ready)
      own.on('message', take)
      const gone = (error: unknown): void => {
        if (thread !== own) return
        thread = null
        lookFromNow()
        crashed(error)
      }
      own.on('error', gone)
      own.on('exit', (code) => gone(new Error(`The heartbeat thread ended with code ${code}.`)))
      thread = own
      cancelLook?.()
      for (const { lease, leaseUntil } of held.values()) post({ add: lease, leaseUntil })
      giveLine()
    },
    async stop() {
      const own = thread
      thread = null
      if (own) lookFromNow()
      await own?.terminate()
    },
    add(lease, leaseUntil) {
      held.set(lease.attemptId, { lease, leaseUntil })
      post({ add: lease, leaseUntil })
      if (!thread) lookFromNow()
    },
    remove(attemptId) {
      held.delete(attemptId)
      post({ remove: attemptId })
    },
    onStop: (listener) => void listeners.push(listener),
    reconnect: giveLine,
  }
}
