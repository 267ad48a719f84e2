import type { Timeouts } from '../../shared/models/index.ts'
import type { Clock } from '../platform/index.ts'

/** The moments a step is warned and over, in UTC epoch milliseconds. */
export interface StepTimes {
  readonly warningAt: number
  readonly timeoutAt: number
}

/**
 * The attempt clock of one step: tells when it should be warned and when its time is over.
 *
 * Both moments are absolute, so a sleeping machine or a late timer cannot stretch them. While a person is waited for the clock stands still:
 * resuming moves both moments by as long as it stood.
 */
export function createStepClock(deps: {
  clock: Clock
  timeouts: Timeouts
  onTimes: (times: StepTimes) => void
  onWarning: () => void
  onTimeout: () => void
}) {
  const { clock } = deps
  const started = clock.now()
  let times: StepTimes = { warningAt: started + deps.timeouts.warningMs, timeoutAt: started + deps.timeouts.hardMs }
  let pausedAt: number | null = null
  let warned = false
  let over = false
  let cancelTimer: (() => void) | undefined

  const look = (): void => {
    cancelTimer?.()
    if (pausedAt !== null || over) return
    const now = clock.now()
    if (!warned && now >= times.warningAt) {
      warned = true
      deps.onWarning()
    }
    if (now >= times.timeoutAt) {
      over = true
      deps.onTimeout()
    } else cancelTimer = clock.after((warned ? times.timeoutAt : times.warningAt) - now, look)
  }
  deps.onTimes(times)
  look()

  return {
    /** True stops the clock, false lets it go on. */
    pause(paused: boolean): void {
      if (paused && pausedAt === null) {
        pausedAt = clock.now()
        cancelTimer?.()
      } else if (!paused && pausedAt !== null) {
        const stood = clock.now() - pausedAt
        pausedAt = null
        times = { warningAt: times.warningAt + stood, timeoutAt: times.timeoutAt + stood }
        deps.onTimes(times)
        look()
      }
    },
    stop(): void {
      over = true
      cancelTimer?.()
    },
  }
}
