import type { RunSummary } from '../../shared/models/index.ts'
import { formatDuration } from './time.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

type Timed = Pick<RunSummary, 'status' | 'timedFrom' | 'timeoutStatus' | 'timeoutAt' | 'pausedAt'>

/**
 * `12 of 15 min`; limits under two minutes in seconds, from two hours on in hours and minutes (`3:03 of 3:15 h`).
 *
 * What has passed is rounded down, so that it is never more than the limit before that is over.
 */
export function formatShare(passedMs: number, limitMs: number): string {
  const passed = Math.max(0, passedMs)
  if (limitMs < 2 * MINUTE) return `${Math.floor(passed / SECOND)} of ${Math.round(limitMs / SECOND)} s`
  const minutes = Math.floor(passed / MINUTE)
  const limit = Math.round(limitMs / MINUTE)
  if (limit < 120) return `${minutes} of ${limit} min`
  const hours = (all: number) => `${Math.floor(all / 60)}:${String(all % 60).padStart(2, '0')}`
  return `${hours(minutes)} of ${hours(limit)} h`
}

/** `2:55 left`, and `time is over` afterwards. A second that has begun counts as left. */
export const formatLeft = (at: number, now: number): string =>
  at <= now ? 'time is over' : `${formatDuration(at - now + SECOND - 1)} left`

/** Whether a run's clock stands still because a person is waited for. */
export const standsStill = (run: Pick<Timed, 'pausedAt'>): boolean => run.pausedAt !== null

/** Whether a run is late: past its warning, or past its limit and not ended yet. */
export const isLate = (run: Pick<Timed, 'status' | 'timeoutStatus'>): boolean => run.status === 'running' && run.timeoutStatus !== 'normal'

/**
 * How much of its time a late run has used, for a tag; null while it is in good time, and while its clock stands still.
 *
 * It is the time of its step, and what was waited for a person is not counted.
 */
export function lateWords(run: Timed, now: number): string | null {
  if (!isLate(run) || standsStill(run)) return null
  if (run.timeoutStatus === 'timed_out') return 'out of time'
  return run.timeoutAt === null || run.timedFrom === null ? 'slow' : formatShare(now - run.timedFrom, run.timeoutAt - run.timedFrom)
}
