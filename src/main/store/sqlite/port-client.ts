import type { MessagePort, Transferable } from 'node:worker_threads'
import { AppError } from '../../../shared/models/index.ts'
import type { PlainError } from './faults.ts'
import type { Call, Reply } from './protocol.ts'

interface Pending {
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Rebuilds an error that crossed a port. */
export const toAppError = (error: PlainError): AppError =>
  new AppError(error.code, error.message, { data: error.data, cause: error.stack && Object.assign(new Error(), { stack: error.stack }) })

/**
 * Calls methods over a port to a store thread. What is called in one turn of the event loop travels as one message.
 *
 * Whoever owns the port hands replies to `settle`, and calls `break` once when the other end is gone.
 */
export class PortClient {
  readonly #port: Pick<MessagePort, 'postMessage'>
  readonly #pending = new Map<number, Pending>()
  #outgoing: Call[] = []
  #lastId = 0
  #broken: AppError | null = null

  constructor(port: Pick<MessagePort, 'postMessage'>) {
    this.#port = port
  }

  /** Rejects with an AppError, or with a DataCloneError when an argument cannot be copied. */
  call(method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#broken) return Promise.reject(this.#broken)
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#pending.set(id, { resolve, reject })
      if (this.#outgoing.push({ id, method, args }) === 1) queueMicrotask(() => this.#flush())
    })
  }

  /** Posts something that is no call, behind the calls made so far. */
  post(message: unknown, transfer: readonly Transferable[] = []): void {
    this.#flush()
    this.#port.postMessage(message, transfer)
  }

  settle(replies: readonly Reply[]): void {
    for (const reply of replies) {
      const pending = this.#take(reply.id)
      if (reply.ok) pending?.resolve(reply.value)
      else pending?.reject(toAppError(reply.error))
    }
  }

  /** Whether a call still waits for its reply. */
  isWaiting(id: number): boolean {
    return this.#pending.has(id)
  }

  /** Whether any call does. */
  get waits(): boolean {
    return this.#pending.size > 0
  }

  /** Rejects everything that is called from now on; what waits goes on waiting. The first reason stands. */
  refuse(error: AppError): void {
    this.#broken ??= error
  }

  /** Rejects everything that waits and everything that is called from now on. The first reason stands. */
  break(error: AppError): void {
    this.#broken ??= error
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(this.#broken)
    this.#outgoing = []
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending
  }

  #flush(): void {
    const calls = this.#outgoing
    this.#outgoing = []
    if (calls.length === 0) return
    try {
      this.#port.postMessage(calls)
    } catch {
      // An argument that cannot be copied must not take the other calls with it.
      for (const call of calls) this.#postAlone(call)
    }
  }

  #postAlone(call: Call): void {
    try {
      this.#port.postMessage(call)
    } catch (error) {
      this.#take(call.id)?.reject(error)
    }
  }
}
