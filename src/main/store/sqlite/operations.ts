import type { Operation } from '../../../shared/models/index.ts'
import type { Connection } from './connection.ts'
import type { WriteContext } from './write-context.ts'

/** Inserts or replaces by id. */
export const saveOperation = ({ db }: WriteContext, operation: Operation): void => {
  db.run(
    `INSERT INTO operations_history (id, started_at, operation) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, operation = excluded.operation`,
    operation.id,
    operation.startedAt,
    JSON.stringify(operation),
  )
}

export const deleteOperations = ({ db }: WriteContext, ids: readonly string[]): void => {
  db.run('DELETE FROM operations_history WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(ids))
}

/** The stored operations as text, oldest start first. The client parses them, where the schemas are loaded anyway. */
export const readOperations = (db: Connection): string[] =>
  db.all<{ operation: string }>('SELECT operation FROM operations_history ORDER BY started_at, id').map((row) => row.operation)
