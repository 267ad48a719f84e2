import type { Operation } from '../../shared/models/index.ts'

/** Where operations without a run survive a restart. */
export interface OperationHistoryStore {
  /** Inserts or replaces by id. */
  saveOperation(operation: Operation): Promise<void>
  deleteOperations(ids: readonly string[]): Promise<void>
  /** All kept operations, oldest start first. */
  loadOperations(): Promise<Operation[]>
}
