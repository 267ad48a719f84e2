export type { OperationHistoryStore } from './history-store.ts'
export type { OperationListener } from './listeners.ts'
export {
  createOperations,
  isCancellable,
  nextProgress,
  type OperationHandle,
  type Operations,
  type RunControls,
  type StartOptions,
} from './registry.ts'
export { operationOfRun } from './run-operation.ts'
