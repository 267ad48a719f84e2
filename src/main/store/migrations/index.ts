import { firstTables } from './0001-first-tables.ts'
import { timeLimits } from './0002-time-limits.ts'

/** One step from one version of the database to the next. Never changed once released: a later one corrects it. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** Every migration, by version from 1 without gaps. SQL as text, so that it is part of the bundle. */
export const MIGRATIONS: readonly Migration[] = [firstTables, timeLimits]
