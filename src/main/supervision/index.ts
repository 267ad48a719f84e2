/** The supervision room: keeps long-lived workers going. It does not know what they do. */
export { createSupervisor, type Supervisor } from './supervisor.ts'
export {
  type BreakerState,
  DEFAULT_WORKER_OPTIONS,
  type Worker,
  type WorkerContext,
  type WorkerOptions,
  type WorkerState,
  type WorkerStatus,
} from './worker.ts'
