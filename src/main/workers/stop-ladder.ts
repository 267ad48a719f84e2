import type { EndedHow, KillSignal } from '../../shared/models/index.ts'
import { type Clock, killTree, type Logger } from '../platform/index.ts'
import { ATTEMPT_MARK, type StopReason } from '../runs/index.ts'

/** How long an op has to stop by itself, and its processes after each signal, in milliseconds. */
const GRACE_MS = 5_000
/** How long an op may take to notice that its processes are gone, in milliseconds, before it is left behind. */
const NOTICE_MS = 5_000

/**
 * What happens to an attempt that is told to stop. There is one for each attempt, and nothing else ends its processes from outside.
 *
 * `told` (the op hears of it by `signal`) → 5 s → the kill's signal to every process with the attempt's mark → 5 s → SIGKILL → proof → an op that still has
 * not ended is left behind. A kill by SIGKILL begins there, also when something milder is under way.
 */
export interface StopLadder {
  /** Aborts with the first `StopReason` as its reason. */
  readonly signal: AbortSignal
  /** The signal with which whoever ends processes is to begin. */
  killSignal(): KillSignal
  /** The first reason stands; a later SIGKILL still hastens the end. */
  stop(reason: StopReason, killSignal?: KillSignal): void
  /** Resolves when the op has had all the time there is. */
  readonly overdue: Promise<void>
  /** Counts what an op itself did to end its processes. */
  note(how: EndedHow | undefined): void
  /**
   * Ends whatever still carries the attempt's mark: background children, double forks, children of a wrapper that is gone. To be called once the op is over.
   *
   * @param leftBehind the op was overdue: nobody knows what of it goes on
   * @returns how the attempt came to its end, null when nobody told it to
   */
  finish(leftBehind: boolean): Promise<EndedHow | null>
}

const RANK: readonly EndedHow[] = ['cooperative', 'term', 'kill', 'fenced']

export function createStopLadder({ attemptId, clock, logger }: { attemptId: string; clock: Clock; logger: Logger }): StopLadder {
  const controller = new AbortController()
  const overdue = Promise.withResolvers<void>()
  let killSignal: KillSignal = 'SIGTERM'
  let how: EndedHow = 'cooperative'
  let over = false
  let cancelTimer: (() => void) | undefined
  const climbs = new Set<Promise<void>>()

  const note = (next: EndedHow | undefined): void => {
    if (next && RANK.indexOf(next) > RANK.indexOf(how)) how = next
  }
  const clear = async (signal: KillSignal): Promise<void> => {
    const report = await killTree({ marker: { name: ATTEMPT_MARK, value: attemptId } }, { clock, graceMs: GRACE_MS, signal })
    if (report.survivors.length) {
      logger.error({ attemptId, survivors: report.survivors }, 'processes of an attempt could not be ended')
      note('fenced')
    } else if (report.how !== 'gone') note(report.how)
  }
  const climb = (): void => {
    cancelTimer?.()
    const climbing = clear(killSignal).then(() => {
      climbs.delete(climbing)
      if (!over) cancelTimer = clock.after(NOTICE_MS, overdue.resolve)
    })
    climbs.add(climbing)
  }

  return {
    signal: controller.signal,
    killSignal: () => killSignal,
    stop(reason, signal) {
      const hastened = signal === 'SIGKILL' && killSignal !== 'SIGKILL'
      if (signal) killSignal = signal
      if (!controller.signal.aborted) {
        controller.abort(reason)
        if (!over && killSignal !== 'SIGKILL') cancelTimer = clock.after(GRACE_MS, climb)
      }
      if (hastened && !over) climb()
    },
    overdue: overdue.promise,
    note,
    async finish(leftBehind) {
      over = true
      cancelTimer?.()
      if (leftBehind) note('fenced')
      await Promise.all([clear(killSignal), ...climbs])
      return controller.signal.aborted ? how : null
    },
  }
}
