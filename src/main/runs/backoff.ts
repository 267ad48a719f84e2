import type { RunError } from '../../shared/models/index.ts'

const FIRST_MS = 1_000
const LONGEST_MS = 300_000

/**
 * How long a run waits before it is tried again, in milliseconds.
 *
 * Doubles from 1 s to 300 s, then half of it is spread at random so that runs which failed together do not come back together.
 * What the other side asked for (`retryAfterMs`) is taken as it is.
 *
 * @param failures  failed tries so far, from 1
 * @param random  0..1
 * @returns null when trying again cannot help
 */
export const retryDelayMs = (error: RunError | null, failures: number, random: number): number | null => {
  if (error?.retryable === false) return null
  if (error?.retryAfterMs !== undefined) return Math.ceil(error.retryAfterMs)
  return Math.round(Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (0.5 + 0.5 * random))
}

/** Says a delay as a person would: `4 s`, `2 min`, `3 h`. Rounds up, so that nothing starts before it was announced to. */
export const formatDelay = (ms: number): string => {
  if (ms < 60_000) return `${Math.ceil(ms / 1_000)} s`
  if (ms < 3_600_000) return `${Math.ceil(ms / 60_000)} min`
  return `${Math.ceil(ms / 3_600_000)} h`
}
