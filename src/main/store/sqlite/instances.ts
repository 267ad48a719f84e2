import type { WorkerInstance } from '../../runs/store-port.ts'
import type { Connection } from './connection.ts'
import type { WriteContext } from './write-context.ts'

/** Inserts or replaces by `instanceId`. */
export const saveInstance = ({ db }: WriteContext, instance: WorkerInstance): void => {
  const { instanceId, workerId, pid, processStartedAt, host, startedAt, seenAt, stoppedAt } = instance
  db.run(
    `INSERT INTO workers (instance_id, worker_id, pid, process_started_at, host, started_at, seen_at, stopped_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (instance_id) DO UPDATE SET worker_id = excluded.worker_id, pid = excluded.pid,
       process_started_at = excluded.process_started_at, host = excluded.host, started_at = excluded.started_at,
       seen_at = excluded.seen_at, stopped_at = excluded.stopped_at`,
    ...[instanceId, workerId, pid, processStartedAt, host, startedAt, seenAt, stoppedAt],
  )
}

/** Every instance ever seen, oldest first. */
export const readInstances = (db: Connection): WorkerInstance[] =>
  db.all<WorkerInstance>(
    `SELECT instance_id AS instanceId, worker_id AS workerId, pid, process_started_at AS processStartedAt, host,
       started_at AS startedAt, seen_at AS seenAt, stopped_at AS stoppedAt FROM workers ORDER BY started_at, instance_id`,
  )
