import { describe, expect, test } from 'vitest'
import type { RunState } from '../../../src/main/runs/transition.ts'
import { decideEnding, decideRelease, endingOfFence } from '../../../src/main/runs/transitions.ts'
import { decideCancel, decideResume, decideRetry, decideTimeOut } from '../../../src/main/runs/transitions-by-hand.ts'
import { Outcome } from '../../../src/shared/models/index.ts'
import { aRun } from './run-state.ts'

const NOW = 1_000_000
const asked = (cancelMode: 'cancel' | 'kill' | 'timeout'): Partial<RunState> => ({ status: 'cancelling', cancelMode })

/** Every way in which a run can be live, with and without another try and another loss. */
const LIVE = ([{ status: 'running' }, { status: 'awaiting_reconnect' }, asked('cancel'), asked('kill'), asked('timeout')] as const).flatMap(
  (state) => [1, 9].flatMap((maxAttempts) => [0, 3].map((maxLost) => aRun({ attempt: 2, ...state, maxAttempts, maxLost }))),
)
const CASES = LIVE.flatMap((run) => Outcome.options.map((outcome) => ({ run, outcome })))

describe('whatever lives and however it ends', () => {
  test('it is over or waits for its next try, and everything about it says the same', () => {
    for (const { run, outcome } of CASES) {
      const { changes, steps } = decideEnding(run, { outcome, error: null, now: NOW, random: 1 })
      const what = `${run.status} ${run.cancelMode} ${outcome}`
      const over = ['succeeded', 'failed', 'cancelled'].includes(changes.status!)
      expect([what, changes.endedAt]).toEqual([what, over ? NOW : undefined])
      expect([what, changes.outcome !== undefined, Boolean(changes.error), changes.progress === 1]).toEqual([
        what,
        over,
        changes.status === 'failed',
        changes.status === 'succeeded',
      ])
      // Whatever it asked of a person is asked no more.
      expect([what, changes.attention]).toEqual([what, null])
      const rule = over ? 'settle' : changes.status === 'scheduled' ? 'reset-attempt' : 'reset-running'
      expect([what, changes.status, steps]).toEqual([what, changes.status, rule])
    }
  })

  test('what was asked decides how it counts, unless it succeeded all the same', () => {
    for (const { run, outcome } of CASES) {
      const { changes } = decideEnding(run, { outcome, error: null, now: NOW, random: 1 })
      const what = `${run.status} ${run.cancelMode} ${outcome} ${run.maxAttempts}`
      if (outcome === 'success') expect([what, changes.status]).toEqual([what, 'succeeded'])
      else if (run.cancelMode === 'kill') expect([what, changes.status, changes.outcome]).toEqual([what, 'cancelled', 'killed'])
      else if (run.cancelMode === 'cancel') expect([what, changes.status]).toEqual([what, 'cancelled'])
      else if (run.cancelMode === 'timeout') {
        // Its time was over whoever says so: an error may be tried again, a loss does not count as one.
        if (run.maxAttempts > 1) expect([what, changes.status]).toEqual([what, 'scheduled'])
        else expect([what, changes.status, changes.outcome]).toEqual([what, 'failed', 'timed_out'])
        expect([what, changes.lost]).toEqual([what, undefined])
      }
    }
  })

  test('it is ended without its worker as what was asked, and nobody proved its end', () => {
    const ends = (['cancel', 'kill', 'timeout'] as const).map((mode) => {
      const run = aRun(asked(mode))
      const { outcome, endedHow } = decideEnding(run, endingOfFence(run, NOW, 1)).changes
      return [mode, outcome, endedHow]
    })
    expect(ends).toEqual([
      ['cancel', 'cancelled', 'fenced'],
      ['kill', 'killed', 'fenced'],
      ['timeout', 'timed_out', 'fenced'],
    ])
  })
})

test('what is handed back waits again with what it did cut off, or is what was asked of it', () => {
  const back = LIVE.map((run) => [run.cancelMode, decideRelease(run, NOW).changes.status, decideRelease(run, NOW).steps])
  for (const [mode, status, steps] of back) {
    if (mode === null) expect([status, steps]).toEqual(['queued', 'reset-running'])
    else expect([mode, status === 'queued']).toEqual([mode, false])
  }
})

test('a kill that hastens a cancel keeps its reason, unless it gives one itself', () => {
  const run = aRun({ ...asked('cancel'), cancelReason: 'enough' })
  const reasonAfter = (reason: string | null): unknown => {
    const decision = decideCancel(run, { mode: 'kill', reason }, NOW)
    if (!decision.ok) throw new Error(decision.error.message)
    return 'cancelReason' in decision.value.changes ? decision.value.changes.cancelReason : 'as it was'
  }
  expect([reasonAfter(null), reasonAfter('too loud')]).toEqual(['as it was', 'too loud'])
})

test('only a running step whose time is over and that ends by itself is told to end by its worker', () => {
  const step = { timeoutStatus: 'timed_out', onTimeout: 'kill' } as NonNullable<Parameters<typeof decideTimeOut>[1]>
  const told = (run: Partial<RunState>, of: typeof step | null = step): boolean => decideTimeOut(aRun(run), of ?? undefined, NOW) !== null
  expect({
    over: told({}),
    asks: told({}, { ...step, onTimeout: 'ask' }),
    warned: told({}, { ...step, timeoutStatus: 'warning' }),
    'no step': told({}, null),
    cancelled: told(asked('cancel')),
    awaiting: told({ status: 'awaiting_reconnect' }),
  }).toEqual({ over: true, asks: false, warned: false, 'no step': false, cancelled: false, awaiting: false })
})

test('another chain of attempts begins with a clean sheet', () => {
  const before = aRun({ status: 'failed', endedAt: 900, lost: 4, dismissed: true })
  for (const decision of [decideRetry(before, null, NOW), decideResume(before, 'agent', NOW)]) {
    if (!decision.ok) throw new Error(decision.error.message)
    expect(decision.value.changes).toMatchObject({
      status: 'queued',
      outcome: null,
      error: null,
      attention: null,
      endedAt: null,
      endedHow: null,
      reconnect: null,
      dismissed: false,
      progress: -1,
      lost: 0,
      runAt: NOW,
    })
  }
})

test('a person may still cancel or kill what is being ended because its time is over', () => {
  const run = aRun(asked('timeout'))
  const modes = (['cancel', 'kill'] as const).map((mode) => {
    const decision = decideCancel(run, { mode, reason: null }, NOW)
    return decision.ok && decision.value.changes.cancelMode
  })
  expect(modes).toEqual(['cancel', 'kill'])
})
