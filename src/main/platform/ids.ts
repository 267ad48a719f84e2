import { randomBytes } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import { systemClock } from './clock.ts'

const next = monotonicFactory()

/**
 * Makes an id: a ULID in lower case, 26 letters and digits.
 *
 * Ids made by one process sort in the order they were made, also within one millisecond and when the clock went back. They can be guessed from
 * their neighbours; for a secret take `newToken`.
 *
 * @param now  UTC epoch milliseconds, the machine's time when left out
 */
export const newId = (now: number = systemClock.now()): string => next(Math.floor(now)).toLowerCase()

/** Makes a secret: 32 random bytes as 43 characters of base64url. */
export const newToken = (): string => randomBytes(32).toString('base64url')
