import type { Json, RunError } from '../../../shared/models/index.ts'
import type { SqlValue } from './connection.ts'
import { Refusal } from './faults.ts'

/** Turns a field of a model into what its column holds: booleans as 0 and 1, objects as JSON text. Undefined counts as null. */
export const encode = (value: unknown): SqlValue => {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)
}

/** JSON of any kind as text, a string included; null stays null. */
export const encodeJson = (value: Json | null | undefined): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value)

/** Reads JSON that the work cannot do without. @throws Refusal STORE_UNAVAILABLE when it is damaged */
export const decodeJson = <T>(text: string | null): T => {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    throw new Refusal('STORE_UNAVAILABLE', 'A record in the database is damaged. Restore a copy of the database.')
  }
}

/** Reads a stored error. A damaged one must not hide the run it belongs to. */
export const decodeError = (text: string | null): RunError | null => {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return { code: 'UNREADABLE', message: 'The stored error cannot be read.' }
  }
}

const columns = new Map<string, string>()

/** The column of a field: `leaseUntil` is kept in `lease_until`. */
export const columnOf = (field: string): string => {
  const known = columns.get(field)
  if (known) return known
  const column = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  columns.set(field, column)
  return column
}
