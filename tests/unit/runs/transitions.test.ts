import { describe, expect, test } from 'vitest'
import type { RunState } from '../../../src/main/runs/transition.ts'
import { decideClaim, decideEnding, decideEnqueue, decideRelease, mergeProgress } from '../../../src/main/runs/transitions.ts'
import { decideCancel, decideDismiss, decideMove, decideResume, decideRetry } from '../../../src/main/runs/transitions-by-hand.ts'
import { type EndedHow, Outcome, RunStatus } from '../../../src/shared/models/index.ts'
import { aRun } from './run-state.ts'

const NOW = 1_000_000
const ending = (outcome: Outcome) => ({ outcome, error: null, now: NOW, random: 1 })
const ended = (status: 'succeeded' | 'failed' | 'cancelled'): RunState => aRun({ status, endedAt: 900 })
const STATES: Record<RunStatus, RunState> = {
  scheduled: aRun({ status: 'scheduled' }),
  queued: aRun({ status: 'queued' }),
  running: aRun(),
  awaiting_reconnect: aRun({ status: 'awaiting_reconnect' }),
  cancelling: aRun({ status: 'cancelling', cancelMode: 'cancel' }),
  succeeded: ended('succeeded'),
  failed: ended('failed'),
  cancelled: ended('cancelled'),
}
const each = <R>(decide: (run: RunState) => R): Record<string, R> =>
  Object.fromEntries(RunStatus.options.map((status) => [status, decide(STATES[status])]))

describe('an ending', () => {
  test('leads to a status by its outcome', () => {
    const statuses = Object.fromEntries(Outcome.options.map((outcome) => [outcome, decideEnding(aRun(), ending(outcome)).changes.status]))
    expect(statuses).toEqual({
      success: 'succeeded',
      error: 'failed',
      validation_failed: 'failed',
      timed_out: 'failed',
      killed: 'cancelled',
      cancelled: 'cancelled',
      lease_lost: 'queued',
      post_check_failed: 'failed',
      stale_binary: 'failed',
      suspicious: 'failed',
      interrupted: 'failed',
    })
  })

  test('of a run being cancelled is cancelled, unless it succeeded', () => {
    const run = aRun({ status: 'cancelling', maxAttempts: 9 })
    const statuses = new Set(
      Outcome.options.filter((outcome) => outcome !== 'success').map((outcome) => decideEnding(run, ending(outcome)).changes.status),
    )
    expect([...statuses]).toEqual(['cancelled'])
    expect(decideEnding(run, ending('success')).changes.status).toBe('succeeded')
  })

  test('with tries left is scheduled again for errors, timeouts and failed checks only', () => {
    const run = aRun({ maxAttempts: 2 })
    const scheduled = Outcome.options.filter((outcome) => decideEnding(run, ending(outcome)).changes.status === 'scheduled')
    expect(scheduled).toEqual(['error', 'timed_out', 'post_check_failed'])
  })

  test('does not count lost leases as tries', () => {
    const run = aRun({ attempt: 4, lost: 2, maxAttempts: 3 })
    expect(decideEnding(run, ending('error')).changes).toMatchObject({
      status: 'scheduled',
      runAt: NOW + 2_000,
      message: 'attempt 3 of 3 in 2 s',
    })
    expect(decideEnding({ ...run, attempt: 5 }, ending('error')).changes.status).toBe('failed')
  })

  test('of a run being killed is killed, and says how it came to its end', () => {
    const run = aRun({ status: 'cancelling', cancelMode: 'kill' })
    const endedAs = (outcome: Outcome, how?: EndedHow) => {
      const { changes } = decideEnding(run, { ...ending(outcome), how })
      return [changes.outcome, changes.endedHow]
    }
    expect([endedAs('killed', 'term'), endedAs('error', 'cooperative'), endedAs('lease_lost'), endedAs('success', 'term')]).toEqual([
      ['killed', 'term'],
      ['killed', 'cooperative'],
      ['killed', 'fenced'],
      ['success', null],
    ])
    expect(decideRelease(run, NOW).changes).toMatchObject({ outcome: 'killed', endedHow: 'cooperative' })
  })

  test('as failed always has an error to show', () => {
    for (const outcome of ['error', 'timed_out', 'suspicious', 'interrupted'] as const) {
      const { changes } = decideEnding(aRun(), ending(outcome))
      expect(changes.error).toEqual({ code: outcome.toUpperCase(), message: expect.stringMatching(/^(It|The) .+\.$/) })
    }
  })

  test('that loses the last lease says how often it was lost', () => {
    const { changes, notes } = decideEnding(aRun({ lost: 3 }), ending('lease_lost'))
    expect(changes).toMatchObject({
      status: 'failed',
      outcome: 'lease_lost',
      lost: 4,
      error: { code: 'LEASE_LOST', message: expect.stringContaining('4 times') },
    })
    expect(notes.map((note) => note.level)).toEqual(['warn', 'error'])
    expect(decideEnding(aRun({ maxLost: 0 }), ending('lease_lost')).changes).toMatchObject({ status: 'failed', lost: 1 })
  })
})

test('a run is queued when its time has come and scheduled before', () => {
  expect(decideEnqueue({ lane: 'B', runAt: NOW }, NOW).changes).toEqual({ status: 'queued' })
  expect(decideEnqueue({ lane: 'B', runAt: NOW + 1 }, NOW).changes).toEqual({ status: 'scheduled' })
})

test('a claim counts the attempt and keeps the first start', () => {
  expect(decideClaim(aRun({ status: 'queued', attempt: 0, startedAt: null }), 'w', NOW).changes).toMatchObject({
    attempt: 1,
    startedAt: NOW,
    message: '',
  })
  expect(decideClaim(aRun({ status: 'queued', attempt: 2, lost: 1, maxAttempts: 2 }), 'w', NOW).changes).toMatchObject({
    attempt: 3,
    startedAt: 500,
    message: 'attempt 2 of 2, 1 lost',
  })
})

test('a release gives the attempt back, unless the run is being cancelled', () => {
  expect(decideRelease(aRun({ attempt: 3 }), NOW).changes).toMatchObject({ status: 'queued', attempt: 2 })
  expect(decideRelease(STATES.cancelling, NOW).changes).toMatchObject({ status: 'cancelled', outcome: 'cancelled' })
})

describe('by hand', () => {
  const statusAfter = (result: ReturnType<typeof decideCancel>): string | undefined =>
    result.ok ? (result.value.changes.status ?? 'unchanged') : result.error.code

  test('cancel ends what waits, marks what is live and refuses what is over', () => {
    expect(each((run) => statusAfter(decideCancel(run, { mode: 'cancel', reason: null }, NOW)))).toEqual({
      scheduled: 'cancelled',
      queued: 'cancelled',
      running: 'cancelling',
      awaiting_reconnect: 'cancelled',
      cancelling: 'unchanged',
      succeeded: 'CONFLICT',
      failed: 'CONFLICT',
      cancelled: 'CONFLICT',
    })
  })

  test('kill marks what is live, hastens a cancel, and refuses a second kill and whatever does not run', () => {
    const killing = aRun({ status: 'cancelling', cancelMode: 'kill' })
    const kill = (run: RunState) => statusAfter(decideCancel(run, { mode: 'kill', reason: null }, NOW))
    expect([each(kill), kill(killing)]).toEqual([
      {
        scheduled: 'CONFLICT',
        queued: 'CONFLICT',
        running: 'cancelling',
        awaiting_reconnect: 'cancelled',
        cancelling: 'cancelling',
        succeeded: 'CONFLICT',
        failed: 'CONFLICT',
        cancelled: 'CONFLICT',
      },
      'CONFLICT',
    ])
  })

  test('retry takes what failed or was cancelled', () => {
    const taken = Object.entries(each((run) => decideRetry(run, null, NOW).ok)).filter(([, ok]) => ok)
    expect(taken.map(([status]) => status)).toEqual(['failed', 'cancelled'])
  })

  test('resume takes everything that is over', () => {
    const taken = Object.entries(each((run) => decideResume(run, 'agent', NOW).ok)).filter(([, ok]) => ok)
    expect(taken.map(([status]) => status)).toEqual(['succeeded', 'failed', 'cancelled'])
  })

  test('retry makes room for one more attempt at least', () => {
    const room = (run: RunState): unknown => {
      const result = decideRetry(run, null, NOW)
      return result.ok && result.value.changes.maxAttempts
    }
    expect(room({ ...STATES.failed, attempt: 3, maxAttempts: 3 })).toBe(4)
    expect(room({ ...STATES.failed, attempt: 1, maxAttempts: 3 })).toBe(3)
    expect(room({ ...STATES.cancelled, attempt: 0 })).toBe(1)
  })

  test('dismiss takes what failed, once', () => {
    expect(decideDismiss(STATES.cancelled).ok).toBe(false)
    expect(decideDismiss(STATES.failed)).toMatchObject({ value: { changes: { dismissed: true } } })
    expect(decideDismiss({ ...STATES.failed, dismissed: true })).toMatchObject({ value: { changes: {}, notes: [] } })
  })

  test('move takes what waits; a move to the same place is none', () => {
    const taken = Object.entries(each((run) => decideMove(run, { lane: 'B' }).ok)).filter(([, ok]) => ok)
    expect(taken.map(([status]) => status)).toEqual(['scheduled', 'queued'])
    expect(decideMove(STATES.queued, { lane: 'A', priority: 0 })).toMatchObject({ value: { changes: {}, notes: [] } })
  })
})

test('progress of a live run never falls, never becomes unknown again and stays below 1', () => {
  expect([mergeProgress(-1, -1), mergeProgress(-1, 0), mergeProgress(0.5, -1), mergeProgress(0.5, 0.4), mergeProgress(0.5, 1)]).toEqual([
    -1, 0, 0.5, 0.5, 0.99,
  ])
})
