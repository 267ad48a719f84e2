import { setTimeout as pause } from 'node:timers/promises'
import type { ManualClock } from './manual-clock.ts'

/** Lets a hand-moved clock go on by itself, at about its usual speed, until something has settled: for work that waits here and there. */
export async function runWith<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let settled = false
  const done = work.finally(() => {
    settled = true
  })
  while (!settled) {
    await Promise.race([pause(20), done.catch(() => {})])
    await clock.advance(20)
  }
  return done
}
