import type { Json } from '../../../../shared/models/index.ts'

/** An object of an event's `data`, or an empty one: what a worker sends may have any shape. */
export const objectOf = (data: unknown): Record<string, unknown> =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : {}

/** The string at a path inside `data`, undefined when there is none. */
export const textField = (data: unknown, ...path: string[]): string | undefined => {
  const value = path.reduce<unknown>((at, key) => objectOf(at)[key], data)
  return typeof value === 'string' ? value : undefined
}

/** The finite number at a path inside `data`, undefined when there is none. */
export const numberField = (data: unknown, ...path: string[]): number | undefined => {
  const value = path.reduce<unknown>((at, key) => objectOf(at)[key], data)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The array at a key of `data`, empty when there is none. */
export const listField = (data: unknown, key: string): readonly unknown[] => {
  const value = objectOf(data)[key]
  return Array.isArray(value) ? value : []
}

/** Any JSON as text to read: a string as it is, everything else indented. */
export const readable = (value: Json | unknown): string => {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
