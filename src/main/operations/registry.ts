import { AppError, CANCELLABLE_AFTER_MS, type Operation, type RunError } from '../../shared/models/index.ts'
import { type Clock, deepFreeze, type Logger } from '../platform/index.ts'
import type { OperationHistoryStore } from './history-store.ts'
import { createFanOut } from './listeners.ts'
import type { Operations, RunControls, StartOptions } from './port.ts'
import { operationOfRun } from './run-operation.ts'

/** How many ended operations are kept, and how often a progress change of one operation is told, in milliseconds. */
const HISTORY_LIMIT = 100
const PROGRESS_INTERVAL_MS = 100
/** Exactly 1 is for success alone. */
const MOST_UNFINISHED = 0.99

interface Entry {
  operation: Operation
  readonly controller: AbortController
  readonly retry?: StartOptions['retry']
  /** Lets go of the caller's signal, which may outlive a thousand operations. */
  release?: () => void
  toldAt: number
  cancelTelling?: () => void
}

/**
 * Creates the one registry of live activity.
 *
 * Not a lock in sight, but the same rule: a change is committed to the maps first, copied by being immutable, and listeners hear of it on a later microtask.
 * A listener may call any method of the registry.
 */
export function createOperations(deps: {
  clock: Clock
  newId: () => string
  store: OperationHistoryStore
  runs: RunControls
  logger: Pick<Logger, 'error'>
}): Operations {
  const { clock } = deps
  const entries = new Map<string, Entry>()
  const fanOut = createFanOut((error) => deps.logger.error({ error }, 'an operation listener failed'))
  let saving: Promise<void> = Promise.resolve()

  /** Stores operations without a run; a failing store loses the record of the past, never the operation itself. */
  const save = (work: () => Promise<void>): void => {
    saving = saving.then(work).catch((error: unknown) => deps.logger.error({ error }, 'an operation could not be stored'))
  }

  const commit = (entry: Entry, change: Partial<Operation>): void => {
    const before = entry.operation
    const operation = deepFreeze({ ...before, ...change })
    entry.operation = operation
    tell(entry)
    if (change.state && operation.runId === null) save(() => deps.store.saveOperation(operation))
    if (operation.inHistory && (!before.inHistory || change.state)) trimHistory()
  }

  /** Endings at once; progress at most once each `PROGRESS_INTERVAL_MS`, the newest last. */
  const tell = (entry: Entry): void => {
    const wait = entry.toldAt + PROGRESS_INTERVAL_MS - clock.now()
    if (entry.operation.state === 'active' && wait > 0) {
      entry.cancelTelling ??= clock.after(wait, () => {
        entry.cancelTelling = undefined
        tellNow(entry)
      })
      return
    }
    entry.cancelTelling?.()
    entry.cancelTelling = undefined
    tellNow(entry)
  }
  const tellNow = (entry: Entry): void => {
    entry.toldAt = clock.now()
    fanOut.send(entry.operation)
  }

  const inHistory = (): Operation[] =>
    [...entries.values()]
      .map((entry) => entry.operation)
      .filter((operation) => operation.inHistory)
      .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0) || (b.id > a.id ? 1 : -1))

  const trimHistory = (): void => {
    const dropped = inHistory().slice(HISTORY_LIMIT)
    for (const operation of dropped) entries.delete(operation.id)
    const stored = dropped.filter((operation) => operation.runId === null).map((operation) => operation.id)
    if (stored.length) save(() => deps.store.deleteOperations(stored))
  }

  const end = (entry: Entry, state: 'completed' | 'failed' | 'cancelled', error: RunError | null, reason?: unknown): void => {
    if (entry.operation.state !== 'active') return
    entry.release?.()
    commit(entry, {
      state,
      error,
      endedAt: clock.now(),
      progress: state === 'completed' ? 1 : entry.operation.progress,
      canRetry: state !== 'completed' && entry.retry !== undefined,
      inHistory: state !== 'failed',
    })
    if (state === 'cancelled') entry.controller.abort(reason)
  }

  const find = (id: string): Entry => {
    const entry = entries.get(id)
    if (!entry) throw new AppError('NOT_FOUND', `There is no operation ${id}; it may have left the history.`)
    return entry
  }

  const start: Operations['start'] = (name, category, options = {}) => {
    const controller = new AbortController()
    const entry: Entry = {
      controller,
      retry: options.retry,
      toldAt: Number.NEGATIVE_INFINITY,
      operation: Object.freeze({
        id: deps.newId(),
        name,
        category,
        state: 'active',
        startedAt: clock.now(),
        endedAt: null,
        progress: -1,
        message: '',
        cancellable: options.cancellable ?? false,
        error: null,
        retryOf: options.retryOf ?? null,
        runId: null,
        parentId: options.parent ?? null,
        canRetry: false,
        inHistory: false,
      } satisfies Operation),
    }
    entries.set(entry.operation.id, entry)
    commit(entry, { state: 'active' })
    const { signal } = options
    const onAbort = (): void => end(entry, 'cancelled', null, signal?.reason)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
    entry.release = () => signal?.removeEventListener('abort', onAbort)
    return {
      id: entry.operation.id,
      signal: controller.signal,
      updateProgress: (progress, message) => {
        if (entry.operation.state !== 'active') return
        commit(entry, { progress: nextProgress(entry.operation.progress, progress), ...(message === undefined ? {} : { message }) })
      },
      // A copy: what a caller does with its error afterwards is no change of the operation.
      complete: (error) => end(entry, error ? 'failed' : 'completed', error ? structuredClone(error) : null),
      cancel: () => end(entry, 'cancelled', null),
      durationMs: () => (entry.operation.endedAt ?? clock.now()) - entry.operation.startedAt,
      isCancellable: () => isCancellable(entry.operation, clock.now()),
    }
  }

  return {
    start,
    startWithSignal: (name, category, options) => {
      const operation = start(name, category, { ...options, cancellable: true })
      return { operation, signal: operation.signal }
    },
    get: (id) => entries.get(id)?.operation ?? null,
    activeCount: () => [...entries.values()].filter((entry) => entry.operation.state === 'active').length,
    active: () =>
      [...entries.values()]
        .map((entry) => entry.operation)
        .filter((operation) => !operation.inHistory)
        .sort((a, b) => a.startedAt - b.startedAt || (a.id > b.id ? 1 : -1)),
    history: inHistory,
    addListener: (listener) => fanOut.add(listener),

    async cancel(id) {
      const entry = find(id)
      if (entry.operation.state !== 'active')
        throw new AppError('CONFLICT', `“${entry.operation.name}” has ended; there is nothing to cancel.`)
      if (entry.operation.runId) await deps.runs.cancel(entry.operation.runId)
      else if (!entry.operation.cancellable)
        throw new AppError('CONFLICT', `“${entry.operation.name}” cannot be cancelled; it ends by itself.`)
      else end(entry, 'cancelled', null)
      return entry.operation
    },
    async retry(id) {
      const entry = find(id)
      const { operation } = entry
      if (!operation.canRetry) throw new AppError('CONFLICT', `“${operation.name}” cannot be retried.`)
      if (operation.runId) {
        await deps.runs.retry(operation.runId)
        return entries.get(id)?.operation ?? null
      }
      const next = entry.retry!(operation.id)
      // Its retry is spent: two presses must not start the work twice.
      commit(entry, { state: operation.state, inHistory: true, canRetry: false })
      return entries.get(next.id)?.operation ?? null
    },
    async dismiss(id) {
      const entry = find(id)
      if (entry.operation.state !== 'failed')
        throw new AppError('CONFLICT', `Only failed operations are dismissed; “${entry.operation.name}” is ${entry.operation.state}.`)
      if (entry.operation.runId) await deps.runs.dismiss(entry.operation.runId)
      else if (!entry.operation.inHistory) commit(entry, { state: 'failed', inHistory: true })
      return entry.operation
    },
    applyRun(run) {
      const operation = operationOfRun(run)
      if (!operation) return
      const entry = entries.get(run.id) ?? { controller: new AbortController(), toldAt: Number.NEGATIVE_INFINITY, operation }
      entries.set(run.id, entry)
      commit(entry, operation)
    },
    async load() {
      for (const stored of await deps.store.loadOperations()) {
        const interrupted = stored.state === 'active'
        const entry: Entry = {
          controller: new AbortController(),
          toldAt: clock.now(),
          // Its retry died with the process that knew how to do the work.
          operation: deepFreeze({ ...stored, canRetry: false, ...(interrupted ? interruption(clock.now()) : {}) }),
        }
        entries.set(stored.id, entry)
        if (interrupted) save(() => deps.store.saveOperation(entry.operation))
      }
      trimHistory()
    },
    flush: () => saving,
  }
}

/** Declared cancellable, active, and running for more than five seconds: from then on the screen offers Cancel. */
export function isCancellable(operation: Operation, now: number): boolean {
  return operation.cancellable && operation.state === 'active' && now - operation.startedAt > CANCELLABLE_AFTER_MS
}

/** Never falls; -1 may become determinate once; below 1 until the end. What is no number is ignored. */
export function nextProgress(before: number, wanted: number): number {
  if (!Number.isFinite(wanted) || wanted < 0) return before
  return Math.max(before, Math.min(wanted, MOST_UNFINISHED))
}

const interruption = (now: number): Partial<Operation> => ({
  state: 'failed',
  endedAt: now,
  inHistory: false,
  error: { code: 'INTERRUPTED', message: 'The app ended while this was running.' },
})
