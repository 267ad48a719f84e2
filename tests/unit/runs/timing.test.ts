import { describe, expect, test } from 'vitest'
import {
  attentionOf,
  decideMark,
  decidePause,
  decideWaitLonger,
  endingOfLoss,
  timeoutsOf,
  timingOf,
} from '../../../src/main/runs/timing.ts'
import type { RunStep } from '../../../src/shared/models/index.ts'

const aStep = (more: Partial<RunStep> = {}): RunStep =>
  ({
    index: 0,
    status: 'running',
    timedFrom: 0,
    warningAt: 100,
    timeoutAt: 300,
    timeoutStatus: 'normal',
    onTimeout: 'ask',
    pausedAt: null,
    timeouts: null,
    ...more,
  }) as RunStep
const RUNNING = { status: 'running', attention: null } as const

describe('a step that runs', () => {
  test('is marked at its moments, once each, and never back', () => {
    const marked = (status: 'warning' | 'timed_out', now: number, more: Partial<RunStep> = {}) =>
      decideMark(RUNNING, aStep(more), status, now)?.step.timeoutStatus ?? null
    expect([
      marked('warning', 99),
      marked('warning', 100),
      marked('warning', 100, { timeoutStatus: 'warning' }),
      marked('warning', 400, { timeoutStatus: 'timed_out' }),
      marked('timed_out', 299),
      marked('timed_out', 300),
      marked('timed_out', 300, { timeoutStatus: 'warning' }),
      marked('timed_out', 300, { pausedAt: 50 }),
      marked('timed_out', 300, { timeoutAt: null }),
    ]).toEqual([null, 'warning', null, null, null, 'timed_out', 'timed_out', null, null])
  })

  test('asks a person when its time is over, unless it ends by itself', () => {
    const attention = (more: Partial<RunStep>) => decideMark(RUNNING, aStep(more), 'timed_out', 300)?.run.attention
    expect([attention({}), attention({ onTimeout: null }), attention({ onTimeout: 'kill' })]).toEqual(['timeout', 'timeout', undefined])
    expect(decideMark({ status: 'cancelling' }, aStep(), 'timed_out', 300)).toBeNull()
    expect(decideMark(RUNNING, undefined, 'timed_out', 300)).toBeNull()
  })

  test('stands still while a person is waited for and has lost no time afterwards', () => {
    const standing = aStep({ pausedAt: 60 })
    expect([
      decidePause(aStep(), true, 60),
      decidePause(standing, true, 90),
      decidePause(standing, false, 560),
      decidePause(standing, false, 10),
      decidePause(aStep(), false, 60),
      decidePause(aStep({ pausedAt: 60, warningAt: null }), false, 70),
    ]).toEqual([
      { pausedAt: 60 },
      {},
      { pausedAt: null, timedFrom: 500, warningAt: 600, timeoutAt: 800 },
      { pausedAt: null, timedFrom: 0, warningAt: 100, timeoutAt: 300 },
      {},
      { pausedAt: null, timedFrom: 10, warningAt: null, timeoutAt: 310 },
    ])
  })

  test('is given more time from now, or from when its clock goes on', () => {
    const wait = (run: Parameters<typeof decideWaitLonger>[0], step: RunStep | undefined) => {
      const decision = decideWaitLonger(run, step, 1_001, 5_000)
      return decision.ok ? [decision.value.step, decision.value.run] : decision.error.code
    }
    const late = aStep({ timeoutStatus: 'timed_out' })
    expect([
      wait({ status: 'running', attention: 'timeout' }, late),
      wait({ status: 'running', attention: 'question' }, { ...late, pausedAt: 400 }),
      wait({ status: 'cancelling', attention: null }, late),
      wait(RUNNING, undefined),
    ]).toEqual([
      [{ timeoutStatus: 'normal', timedFrom: 5_000, warningAt: 5_500, timeoutAt: 6_001 }, { attention: null }],
      [{ timeoutStatus: 'normal', timedFrom: 400, warningAt: 900, timeoutAt: 1_401 }, {}],
      'CONFLICT',
      'CONFLICT',
    ])
  })

  test('keeps asking when something else was answered', () => {
    const late = aStep({ timeoutStatus: 'timed_out' })
    expect([
      attentionOf(null, late),
      attentionOf('question', late),
      attentionOf(null, { ...late, onTimeout: 'kill' }),
      attentionOf(null, aStep()),
      attentionOf(null, undefined),
    ]).toEqual(['timeout', 'question', null, null, null])
  })

  test('that was to be killed is over when its worker is lost; any other was cut off', () => {
    const outcome = (status: 'running' | 'cancelling', more: Partial<RunStep>) =>
      endingOfLoss({ status, cancelMode: null }, aStep(more), 0, 0).outcome
    expect([
      outcome('running', { timeoutStatus: 'timed_out', onTimeout: 'kill' }),
      outcome('running', { timeoutStatus: 'timed_out', onTimeout: 'ask' }),
      outcome('running', { timeoutStatus: 'warning', onTimeout: 'kill' }),
      outcome('cancelling', { timeoutStatus: 'timed_out', onTimeout: 'kill' }),
      endingOfLoss({ status: 'running', cancelMode: null }, undefined, 0, 0).outcome,
      endingOfLoss({ status: 'cancelling', cancelMode: 'timeout' }, undefined, 0, 0).outcome,
    ]).toEqual(['timed_out', 'lease_lost', 'lease_lost', 'lease_lost', 'lease_lost', 'timed_out'])
  })
})

test('a run shows no moments without a running step, nor while its clock stands still', () => {
  expect([timingOf(undefined), timingOf(aStep({ pausedAt: 60, timeoutStatus: 'warning' })), timingOf(aStep())]).toEqual([
    { timeoutStatus: 'normal', timedFrom: null, warningAt: null, timeoutAt: null, pausedAt: null },
    { timeoutStatus: 'warning', timedFrom: 0, warningAt: null, timeoutAt: null, pausedAt: 60 },
    { timeoutStatus: 'normal', timedFrom: 0, warningAt: 100, timeoutAt: 300, pausedAt: null },
  ])
})

test('a step’s own limits go over those of its op', () => {
  const timeouts = { warningMs: 1, hardMs: 2, onTimeout: 'ask' } as const
  expect([timeoutsOf({ timeouts }, aStep()), timeoutsOf({ timeouts }, aStep({ timeouts: { hardMs: 9, onTimeout: 'kill' } }))]).toEqual([
    timeouts,
    { warningMs: 1, hardMs: 9, onTimeout: 'kill' },
  ])
})
