import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { KillSignal, Lease } from '../../shared/models/index.ts'
import type { FromHeartbeats, HeartbeatAnswer, HeartbeatCall, ToHeartbeats } from './heartbeats.ts'

/**
 * The heartbeat thread. It does nothing but renew leases, so however busy the host's loop is with what agents say, no live attempt looks dead.
 *
 * A heartbeat that could not be stored is no lost lease: it is tried again, until the local deadline. Only a refusal, or the deadline, ends an attempt.
 * The deadline counts from when the last accepted heartbeat was sent.
 *
 * A machine that slept, or a clock that was set, is no lapsed lease either: nobody could renew meanwhile, and most likely nobody has taken the run. Then
 * each lease is asked for once more, and the store says whether it still holds.
 */
interface Held {
  readonly lease: Lease
  /** UTC epoch milliseconds. */
  leaseUntil: number
  /** What its op has been asked to do so far. */
  asked: 'nothing' | 'cancel' | KillSignal
}

const { leaseMs, intervalMs } = workerData as { leaseMs: number; intervalMs: number }
/** How long before its lease ends an attempt must stop, in milliseconds: its processes have to be gone when the next worker comes. */
const MARGIN_MS = 5_000

/** A gap between two heartbeats this long is a jump of the clock, in milliseconds. */
const JUMP_MS = leaseMs / 2 + intervalMs

const held = new Map<string, Held>()
const calls = new Map<number, { readonly attemptId: string; readonly sentAt: number }>()
let lastId = 0
/** The line to the store's writer; null while there is none. */
let writer: MessagePort | null = null

const tell = (message: FromHeartbeats): void => parentPort!.postMessage(message)
const end = (attemptId: string, reason: 'cancelled' | 'killed' | 'lease_lost', kill: KillSignal | null = null): void => {
  if (reason === 'lease_lost') held.delete(attemptId)
  tell({ stop: attemptId, reason, kill })
}

const ask = (attemptId: string, lease: Lease, now: number): void => {
  if (!writer) return
  const id = ++lastId
  calls.set(id, { attemptId, sentAt: now })
  writer.postMessage({ id, method: 'heartbeat', args: [lease, {}, leaseMs, now] } satisfies HeartbeatCall)
}

let beatAt = Date.now()

const beat = (): void => {
  const now = Date.now()
  if (Math.abs(now - beatAt) > JUMP_MS) for (const attempt of held.values()) attempt.leaseUntil = now + intervalMs + MARGIN_MS
  beatAt = now
  for (const [attemptId, { lease, leaseUntil }] of held) {
    if (now >= leaseUntil - MARGIN_MS) end(attemptId, 'lease_lost')
    else ask(attemptId, lease, now)
  }
}

const take = ({ replies }: HeartbeatAnswer): void => {
  for (const reply of replies) {
    const call = calls.get(reply.id)
    calls.delete(reply.id)
    const attempt = call && held.get(call.attemptId)
    if (!call || !attempt) continue
    if (reply.ok) {
      attempt.leaseUntil = call.sentAt + leaseMs
      tell({ renewed: call.attemptId, leaseUntil: attempt.leaseUntil })
      const { cancelRequested, kill } = reply.value
      const asked = cancelRequested ? (kill ?? 'cancel') : 'nothing'
      if (asked !== 'nothing' && asked !== attempt.asked) end(call.attemptId, kill ? 'killed' : 'cancelled', kill)
      attempt.asked = asked
    } else if (reply.error.code === 'LEASE_LOST') end(call.attemptId, 'lease_lost')
    else tell({ failed: reply.error.message })
  }
}

/** Goes on with another writer. What the last one did not answer is asked again, whatever the time: the store says whether a lease still holds. */
const connect = (port: MessagePort): void => {
  writer?.close()
  calls.clear()
  writer = port
  port.on('message', take)
  port.on('close', () => {
    if (writer === port) writer = null
  })
  const now = Date.now()
  for (const [attemptId, { lease }] of held) ask(attemptId, lease, now)
}

parentPort!.on('message', (message: ToHeartbeats) => {
  if ('port' in message) connect(message.port)
  else if ('remove' in message) held.delete(message.remove)
  else held.set(message.add.attemptId, { lease: message.add, leaseUntil: message.leaseUntil, asked: 'nothing' })
})

// Early by up to a tenth, so that many hosts on one database do not beat in step.
const next = (): void => {
  setTimeout(
    () => {
      beat()
      next()
    },
    intervalMs * (0.9 + 0.1 * Math.random()),
  )
}
next()
