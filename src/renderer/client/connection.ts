import { type ClientContext, type ClientLink, mapEventIterator, ORPCError } from '@orpc/client'
import { type Backoff, createBackoff } from './backoff.ts'
import { AccessDeniedError, ConnectionLostError, type Line } from './line.ts'

/** `connecting` until the first line is open, `closed` while one that was cut is being restored, `denied` while the host refuses this page. */
export type ConnectionState = 'connecting' | 'open' | 'closed' | 'denied'

/** How long a call waits for the line to come back before it fails, in milliseconds: longer than a reload of the host's line, shorter than a person's patience. */
const PATIENCE_MS = 5_000
/** A line that lived this long in milliseconds was a good one: the next one is sought without delay. */
const STABLE_MS = 5_000

export interface Connection {
  /** Sends each call over the line that is open then. A call under way when the line is cut fails with `ConnectionLostError`: it is never sent twice. */
  readonly link: ClientLink<ClientContext>
  state(): ConnectionState
  /** Calls back with the state now and after each change. Returns what ends that. */
  onState(listener: (state: ConnectionState) => void): () => void
  /** Tries again now instead of after the current delay. */
  retry(): void
  /** Closes the line for good. */
  close(): void
}

interface Waiter {
  resolve(line: Line): void
  reject(error: Error): void
}

/** Keeps one line open: opens it, and opens another whenever it was cut. */
export function createConnection(openLine: () => Promise<Line>, backoff: Backoff = createBackoff(), patienceMs = PATIENCE_MS): Connection {
  const listeners = new Set<(state: ConnectionState) => void>()
  const waiters = new Set<Waiter>()
  let state: ConnectionState = 'connecting'
  let current: Line | null = null
  let ended = false

  const setState = (next: ConnectionState): void => {
    if (next === state) return
    state = next
    for (const listener of [...listeners]) listener(next)
  }
  const settle = (act: (waiter: Waiter) => void): void => {
    for (const waiter of [...waiters]) act(waiter)
  }
  const keepOpen = async (): Promise<void> => {
    while (!ended) {
      try {
        const line = await openLine()
        if (ended) return line.close()
        await use(line)
      } catch (error) {
        if (error instanceof AccessDeniedError) {
          setState('denied')
          settle((waiter) => waiter.reject(error))
        } else if (state === 'denied') setState('closed')
      }
      if (!ended) await backoff.wait()
    }
  }
  const use = async (line: Line): Promise<void> => {
    const openedAt = performance.now()
    current = line
    setState('open')
    settle((waiter) => waiter.resolve(line))
    await line.closed
    current = null
    setState('closed')
    if (performance.now() - openedAt > STABLE_MS) backoff.reset()
  }

  const openedLine = (signal: AbortSignal | undefined): Promise<Line> | Line => {
    if (current !== null) return current
    if (ended) throw new ConnectionLostError()
    if (state === 'denied') throw new AccessDeniedError()
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer)
        waiters.delete(waiter)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter = {
        resolve(line) {
          done()
          resolve(line)
        },
        reject(error) {
          done()
          reject(error)
        },
      }
      const onAbort = (): void => waiter.reject(signal?.reason)
      const timer = setTimeout(() => waiter.reject(new ConnectionLostError()), patienceMs)
      waiters.add(waiter)
      signal?.addEventListener('abort', onAbort, { once: true })
      if (signal?.aborted) onAbort()
    })
  }

  void keepOpen()
  return {
    link: {
      async call(path, input, options) {
        const line = await openedLine(options.signal)
        const explain = (error: unknown): unknown =>
          error instanceof ORPCError || options.signal?.aborted ? error : new ConnectionLostError(error)
        try {
          const output = await line.link.call(path, input, options)
          return isStream(output) ? mapEventIterator(output, { value: async (value) => value, error: async (e) => explain(e) }) : output
        } catch (error) {
          throw explain(error)
        }
      },
    },
    state: () => state,
    onState(listener) {
      listeners.add(listener)
      listener(state)
      return () => listeners.delete(listener)
    },
    retry: () => backoff.cut(),
    close() {
      ended = true
      settle((waiter) => waiter.reject(new ConnectionLostError()))
      current?.close()
      backoff.cut()
    },
  }
}

const isStream = (output: unknown): output is AsyncIterator<unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output
