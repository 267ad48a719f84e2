import { type MessagePort, Worker } from 'node:worker_threads'
import type { Lease } from '../../shared/models/index.ts'
import { entryPath, type Logger } from '../platform/index.ts'
import type { RunStore } from '../runs/index.ts'

/** Keeps the leases of live attempts, from a thread that parses no agent output and reaches the writer by a port of its own. */
export interface Heartbeats {
  /** `leaseUntil` is UTC epoch milliseconds. */
  add(lease: Lease, leaseUntil: number): void
  remove(attemptId: string): void
  /** Told when a heartbeat's answer asks for cancellation, or the lease is lost or could not be renewed in time. */
  onStop(listener: (attemptId: string, reason: 'cancelled' | 'lease_lost') => void): void
  close(): Promise<void>
}

/** What the two sides say to each other. */
export type ToHeartbeats = { readonly add: Lease; readonly leaseUntil: number } | { readonly remove: string }
export type FromHeartbeats = { readonly stop: string; readonly reason: 'cancelled' | 'lease_lost' } | { readonly failed: string }

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

/** @param writerPort the store's second writer port; it is handed over to the thread */
export function startHeartbeats(options: { writerPort: MessagePort; leaseMs: number; intervalMs: number; logger: Logger }): Heartbeats {
  const worker = new Worker(entryPath('heartbeat-thread'), {
    workerData: { writerPort: options.writerPort, leaseMs: options.leaseMs, intervalMs: options.intervalMs },
    transferList: [options.writerPort],
  })
  worker.unref()
  const listeners: ((attemptId: string, reason: 'cancelled' | 'lease_lost') => void)[] = []
  const leases = new Set<string>()
  worker.on('message', (message: FromHeartbeats) => {
    if ('failed' in message) options.logger.warn({ reason: message.failed }, 'a heartbeat could not be stored; it is tried again')
    else for (const listener of listeners) listener(message.stop, message.reason)
  })
  // Without heartbeats no lease can be kept: every live attempt is told before another worker may take its run.
  const broke = (error: unknown): void => {
    options.logger.error({ error }, 'the heartbeat thread broke')
    for (const attemptId of leases) for (const listener of listeners) listener(attemptId, 'lease_lost')
  }
  worker.on('error', broke)
  const post = (message: ToHeartbeats): void => worker.postMessage(message)
  return {
    add(lease, leaseUntil) {
      leases.add(lease.attemptId)
      post({ add: lease, leaseUntil })
    },
    remove(attemptId) {
      leases.delete(attemptId)
      post({ remove: attemptId })
    },
    onStop: (listener) => void listeners.push(listener),
    async close() {
      await worker.terminate()
    },
  }
}
