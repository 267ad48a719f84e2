import type { WorkerInstance } from '../../runs/store-port.ts'
import type { Connection } from './connection.ts'
import type { WriteContext } from './write-context.ts'

/** Inserts or replaces by `instanceId`. */
export const saveInstance = ({ db }: WriteContext, instance: WorkerInstance): void => {
  const { instanceId, workerId, pid, processStartedAt, host, build, startedAt, seenAt, stoppedAt } = instance
  db.run(
    `INSERT INTO workers (instance_id, worker_id, pid, process_started_at, host, version, content_hash, started_at, seen_at, stopped_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (instance_id) DO UPDATE SET worker_id = excluded.worker_id, pid = excluded.pid,
       process_started_at = excluded.process_started_at, host = excluded.host, version = excluded.version,
       content_hash = excluded.content_hash, started_at = excluded.started_at,
       seen_at = excluded.seen_at, stopped_at = excluded.stopped_at`,
    ...[instanceId, workerId, pid, processStartedAt, host, build?.version ?? null, build?.contentHash ?? null],
    ...[startedAt, seenAt, stoppedAt],
  )
}

/** Every instance ever seen, oldest first. */
export const readInstances = (db: Connection): WorkerInstance[] =>
  db
    .all<Omit<WorkerInstance, 'build'> & { version: string | null; contentHash: string | null }>(
      `SELECT instance_id AS instanceId, worker_id AS workerId, pid, process_started_at AS processStartedAt, host, version,
         content_hash AS contentHash, started_at AS startedAt, seen_at AS seenAt, stopped_at AS stoppedAt
       FROM workers ORDER BY started_at, instance_id`,
    )
    .map(({ version, contentHash, ...instance }) => ({
      ...instance,
      build: version === null || contentHash === null ? null : { version, contentHash },
    }))
