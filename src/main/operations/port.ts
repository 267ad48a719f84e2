import type { Operation, OperationCategory, RunError, RunSummary } from '../../shared/models/index.ts'
import type { OperationListener } from './listeners.ts'

export interface StartOptions {
  readonly cancellable?: boolean
  /** What Retry does: starts the work again and returns its new operation. It is given the id for its `retryOf`. */
  readonly retry?: (retryOf: string) => OperationHandle
  readonly parent?: string
  /** Aborting it cancels the operation. */
  readonly signal?: AbortSignal
  readonly retryOf?: string
}

/** The side of an operation that does the work. Every method may be called again after the end and then changes nothing. */
export interface OperationHandle {
  readonly id: string
  /** Aborts when the operation is cancelled, with the reason of the caller's signal when that was why. */
  readonly signal: AbortSignal
  /** 0..1 or -1. Falling values, and -1 after a determinate one, leave the progress as it is; the message is taken anyway. */
  updateProgress(progress: number, message?: string): void
  /** Ends it: completed, or failed with the error. */
  complete(error?: RunError): void
  cancel(): void
  durationMs(): number
  isCancellable(): boolean
}

/** What the operation of a run can be asked; the run itself is the truth. */
export interface RunControls {
  cancel(runId: string): Promise<unknown>
  retry(runId: string): Promise<unknown>
  dismiss(runId: string): Promise<unknown>
}

export interface Operations {
  start(name: string, category: OperationCategory, options?: StartOptions): OperationHandle
  /** Like `start`, cancellable, with the signal in hand: it aborts with the caller's one or by `cancel`. */
  startWithSignal(name: string, category: OperationCategory, options?: StartOptions): { operation: OperationHandle; signal: AbortSignal }
  get(id: string): Operation | null
  /** Active ones only: tray, quit dialog. */
  activeCount(): number
  /** Active and undismissed failed ones, oldest first. */
  active(): Operation[]
  /** The newest 100 that ended, newest first. */
  history(): Operation[]
  addListener(listener: OperationListener): () => void
  /** @throws AppError NOT_FOUND, CONFLICT */
  cancel(id: string): Promise<Operation>
  retry(id: string): Promise<Operation | null>
  dismiss(id: string): Promise<Operation>
  /** Takes over a run's new state. */
  applyRun(run: RunSummary): void
  /** Reads what an earlier process left: ended ones as they were, active ones as failed with `INTERRUPTED`. */
  load(): Promise<void>
  /** Resolves when everything there was to store is stored. */
  flush(): Promise<void>
}
