/**
 * Freezes a value of plain objects and arrays with everything in it, and returns it.
 *
 * What is frozen already is taken to be so all the way down, so a value is gone through once, however often it is handed on.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
