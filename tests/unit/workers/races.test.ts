import { describe, expect, it, onTestFinished } from 'vitest'
import { newId, silentLogger } from '../../../src/main/platform/index.ts'
import { createTimeoutChecker } from '../../../src/main/workers/index.ts'
import { createStopLadder } from '../../../src/main/workers/stop-ladder.ts'
import { aRun, claimOf, leaseOf, T } from '../../contract/store-suite/harness.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { openInProcess } from '../store/in-process-store.ts'

describe('a step whose time is over', () => {
  it('is left alone when a person gave it more time between the look and the mark', async () => {
    const clock = createManualClock(T)
    const { store } = openInProcess()
    const stopped: string[] = []
    let meanwhile = async (): Promise<unknown> => undefined
    const checker = createTimeoutChecker({
      store: {
        ...store,
        async dueSteps(now) {
          const due = await store.dueSteps(now)
          if (due.length > 0) await meanwhile()
          return due
        },
      },
      pool: { stopAttempt: (attemptId) => stopped.push(attemptId) > 0, holds: () => true },
      random: () => 0,
      clock,
      logger: silentLogger,
    })
    checker.start({ ready: () => {}, crashed: () => {} })
    onTestFinished(async () => {
      await checker.stop()
      await store.close()
    })
    const { run } = await store.enqueue(aRun(), T)
    const [claimed] = await store.claim(claimOf({ leaseMs: 1e9 }))
    const times = { warningAt: T + 5_000, timeoutAt: T + 5_000, onTimeout: 'kill' } as const
    await store.updateStep(leaseOf(claimed!), 0, { status: 'running', startedAt: T, ...times }, T)
    meanwhile = () => store.waitLonger(run.id, 60_000, clock.now())
    await clock.advance(6_000)
    expect([stopped, (await store.get(run.id))?.timeoutStatus]).toEqual([[], 'normal'])
  })
})

describe('an attempt that is told to stop twice', () => {
  it('goes by the first reason, and leaves no timer behind', async () => {
    const clock = createManualClock()
    const ladder = createStopLadder({ attemptId: newId(), clock, logger: silentLogger })
    ladder.stop('timed_out')
    ladder.stop('cancelled')
    expect([ladder.signal.reason, clock.timers]).toEqual(['timed_out', 1])
    expect([await ladder.finish(false), clock.timers]).toEqual(['cooperative', 0])
  })
})
