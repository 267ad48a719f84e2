/**
 * Loaded into a host before its own program (`node --import`): its clock is ahead by `CLOCK_AHEAD_MS` while the file `CLOCK_AHEAD_WHILE` exists, in every
 * thread. Timers run as before, as they do on a machine that slept.
 */
import { existsSync } from 'node:fs'

const { CLOCK_AHEAD_MS, CLOCK_AHEAD_WHILE = '' } = process.env
const { now } = Date
let ahead = 0
let lookedAt = Number.NEGATIVE_INFINITY

Date.now = () => {
  if (performance.now() - lookedAt > 20) {
    lookedAt = performance.now()
    ahead = existsSync(CLOCK_AHEAD_WHILE) ? Number(CLOCK_AHEAD_MS) : 0
  }
  return now() + ahead
}
