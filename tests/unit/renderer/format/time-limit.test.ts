import { describe, expect, it } from 'vitest'
import { formatLeft, formatShare, isLate, lateWords, standsStill } from '../../../../src/renderer/format/index.ts'
import { makeRun } from '../made-up.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const NOW = 100_000_000

describe('how much of its time a run has used', () => {
  it('is written in the unit of the limit', () => {
    expect([
      formatShare(12 * MINUTE + 5 * SECOND, 15 * MINUTE),
      formatShare(45 * SECOND, 90 * SECOND),
      formatShare(183 * MINUTE, 195 * MINUTE),
      formatShare(-5, 15 * MINUTE),
    ]).toEqual(['12 of 15 min', '45 of 90 s', '3:03 of 3:15 h', '0 of 15 min'])
  })

  it('never says more than the limit before that is over', () => {
    expect(formatShare(15 * MINUTE - 1, 15 * MINUTE)).toBe('14 of 15 min')
    expect(formatShare(15 * MINUTE + SECOND, 15 * MINUTE + 2 * SECOND)).toBe('15 of 15 min')
  })

  it('is said only of a run that is late', () => {
    const run = makeRun('a', {
      status: 'running',
      startedAt: NOW - 20 * MINUTE,
      timedFrom: NOW - 12 * MINUTE,
      warningAt: NOW - MINUTE,
      timeoutAt: NOW + 3 * MINUTE,
    })
    expect(lateWords(run, NOW)).toBeNull()
    const late = { ...run, timeoutStatus: 'warning' as const }
    expect(lateWords(late, NOW)).toBe('12 of 15 min')
    expect(lateWords({ ...late, timedFrom: NOW - 2 * MINUTE }, NOW)).toBe('2 of 5 min')
    expect(lateWords({ ...late, timeoutStatus: 'timed_out' }, NOW)).toBe('out of time')
    expect(lateWords({ ...late, timeoutAt: null }, NOW)).toBe('slow')
  })

  it('is not said while the clock stands still, nor of a run that is being ended or has ended', () => {
    const late = makeRun('a', { status: 'running', timedFrom: NOW - 12 * MINUTE, timeoutStatus: 'warning', timeoutAt: NOW + MINUTE })
    const still = { ...late, timeoutAt: null, pausedAt: NOW }
    expect([standsStill(late), standsStill(still), lateWords(still, NOW)]).toEqual([false, true, null])
    expect(isLate({ ...late, status: 'cancelling' })).toBe(false)
    expect(lateWords({ ...late, status: 'failed', timeoutStatus: 'timed_out' }, NOW)).toBeNull()
  })
})

describe('what is left', () => {
  it('counts down to the second, and a second that has begun is left', () => {
    expect([3 * MINUTE, 2 * MINUTE + 54_001, 900, 0, -5_000].map((ms) => formatLeft(NOW + ms, NOW))).toEqual([
      '3:00 left',
      '2:55 left',
      '0:01 left',
      'time is over',
      'time is over',
    ])
  })
})
