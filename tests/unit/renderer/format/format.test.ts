import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatMoney,
  formatRelative,
  operationTone,
  plural,
  runGroup,
  runTone,
  runWord,
} from '../../../../src/renderer/format/index.ts'
import { makeRun } from '../made-up.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

describe('time', () => {
  it('writes durations as a stopwatch does, and days in words', () => {
    expect([-5, 0, 38 * SECOND, 12 * MINUTE + 5 * SECOND, HOUR + 2 * MINUTE + 10 * SECOND, 51 * HOUR].map(formatDuration)).toEqual([
      '0:00',
      '0:00',
      '0:38',
      '12:05',
      '1:02:10',
      '2 d 3 h',
    ])
  })

  it('writes moments of the past by their age, and old ones by their day', () => {
    const now = new Date(2026, 0, 15, 12).getTime()
    expect([3 * SECOND, 45 * SECOND, 4 * MINUTE, 3 * HOUR, 50 * HOUR].map((ago) => formatRelative(now - ago, now))).toEqual([
      'just now',
      '45 s ago',
      '4 min ago',
      '3 h ago',
      '13 Jan',
    ])
  })

  it('writes moments ahead by how far they are, then by the clock', () => {
    const now = new Date(2026, 0, 15, 12).getTime()
    expect([5 * MINUTE, 6 * HOUR].map((ahead) => formatRelative(now + ahead, now))).toEqual([
      'in 5 min',
      `at ${formatClock(now + 6 * HOUR)}`,
    ])
  })
})

describe('numbers', () => {
  it('sets thousands apart', () => {
    expect([7, 1_204, 1_000_000].map(formatCount)).toEqual(['7', '1\u202f204', '1\u202f000\u202f000'])
  })

  it('writes money with cents, nothing for nothing', () => {
    expect([0, 0.004, 0.18, 21.4, 1_204.4].map(formatMoney)).toEqual(['', '<$0.01', '$0.18', '$21.40', '$1\u202f204'])
  })

  it('writes sizes in the largest unit that leaves two figures', () => {
    expect([0, 999, 1_500, 38_000_000, 1_240_000_000].map(formatBytes)).toEqual(['0 B', '999 B', '1.5 kB', '38 MB', '1.2 GB'])
  })

  it('counts things', () => {
    expect([plural(1, 'run'), plural(3, 'run'), plural(2, 'entry', 'entries')]).toEqual(['1 run', '3 runs', '2 entries'])
  })
})

describe('the state of a run', () => {
  it('is what it needs while a person is needed', () => {
    const run = makeRun('a', { status: 'running', attention: 'permission' })
    expect([runGroup(run), runTone(run), runWord(run)]).toEqual(['need', 'need', 'permission'])
  })

  it('is why it ended, where that says more than failed', () => {
    expect(runWord(makeRun('a', { status: 'failed', outcome: 'lease_lost' }))).toBe('worker lost')
    expect(runWord(makeRun('a', { status: 'failed', outcome: 'error' }))).toBe('failed')
  })

  it('is never red when it was cancelled, for runs and operations alike', () => {
    expect([runTone(makeRun('a', { status: 'cancelled', outcome: 'killed' })), operationTone({ state: 'cancelled' })]).toEqual([
      'idle',
      'idle',
    ])
  })
})
