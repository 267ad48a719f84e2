import type { RunQuery } from '../../../shared/contract/runs.ts'
import type { RunStatus, RunSummary } from '../../../shared/models/index.ts'
import type { Connection, SqlValue } from './connection.ts'
import { type RawSummary, SUMMARY_COLUMNS, SUMMARY_FROM, toSummary } from './run-record.ts'

/** A condition and what is bound to it. */
type Condition = readonly [sql: string, ...values: SqlValue[]]

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)

const conditionsOf = (query: RunQuery): Condition[] => {
  const conditions: Condition[] = []
  if (query.lane !== undefined) conditions.push(['lane = ?', query.lane])
  if (query.template !== undefined) conditions.push(['template = ?', query.template])
  if (query.projectId !== undefined) conditions.push(['project_id = ?', query.projectId])
  if (query.from !== undefined) conditions.push(['created_at >= ?', query.from])
  if (query.to !== undefined) conditions.push(['created_at <= ?', query.to])
  if (query.q) conditions.push([`title LIKE ? ESCAPE '\\'`, `%${escapeLike(query.q)}%`])
  if (query.cursor !== undefined) conditions.push(['id < ?', query.cursor])
  return conditions
}

/** Ids of one page, newest first. Several statuses are read each in order and merged: an `IN` would sort everything that matches. */
const selectIds = (query: RunQuery, limit: number): { sql: string; values: SqlValue[] } => {
  const shared = conditionsOf(query)
  const statuses: readonly (RunStatus | null)[] = query.status === undefined ? [null] : [...new Set([query.status].flat())]
  const parts = statuses.map((status) => {
    const conditions: Condition[] = status === null ? shared : [['status = ?', status], ...shared]
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`
    const values = conditions.flatMap(([, ...rest]) => rest)
    return { sql: `SELECT id FROM (SELECT id FROM runs ${where} ORDER BY id DESC LIMIT ?)`, values: [...values, limit] }
  })
  return { sql: parts.map((part) => part.sql).join(' UNION ALL '), values: parts.flatMap((part) => part.values) }
}

/**
 * One page of runs, newest first by id, and the cursor of the next page.
 *
 * @param query parsed by `RunQuery`
 */
export const listRuns = (db: Connection, query: RunQuery): { runs: RunSummary[]; nextCursor: string | null } => {
  if (Array.isArray(query.status) && query.status.length === 0) return { runs: [], nextCursor: null }
  const ids = selectIds(query, query.limit + 1)
  const rows = db.all<RawSummary>(
    `SELECT ${SUMMARY_COLUMNS} FROM ${SUMMARY_FROM} WHERE r.id IN (${ids.sql}) ORDER BY r.id DESC LIMIT ?`,
    ...ids.values,
    query.limit + 1,
  )
  const runs = rows.slice(0, query.limit).map((row) => toSummary(db, row))
  return { runs, nextCursor: rows.length > query.limit ? runs.at(-1)!.id : null }
}
