import { describe, expect, it } from 'vitest'
import { createStepClock, type StepTimes } from '../../../src/main/workers/step-clock.ts'
import { createManualClock } from '../../support/manual-clock.ts'

function setUp() {
  const clock = createManualClock(1_000)
  const told: string[] = []
  const times: StepTimes[] = []
  const step = createStepClock({
    clock,
    timeouts: { warningMs: 100, hardMs: 300, onTimeout: 'ask' },
    onTimes: (moments) => times.push(moments),
    onWarning: () => told.push(`warning at ${clock.now()}`),
    onTimeout: () => told.push(`timeout at ${clock.now()}`),
  })
  return { clock, step, told, times }
}

describe('the clock of a step', () => {
  it('warns once and ends once, at absolute moments', async () => {
    const { clock, told, times } = setUp()
    await clock.advance(1_000)
    expect([times, told]).toEqual([[{ warningAt: 1_100, timeoutAt: 1_300 }], ['warning at 1100', 'timeout at 1300']])
  })

  it('stands still while a person is waited for', async () => {
    const { clock, step, told, times } = setUp()
    await clock.advance(50)
    step.pause(true)
    await clock.advance(10_000)
    step.pause(false)
    await clock.advance(49)
    const before = [...told]
    await clock.advance(1_000)
    expect([before, times.at(-1), told]).toEqual([[], { warningAt: 11_100, timeoutAt: 11_300 }, ['warning at 11100', 'timeout at 11300']])
  })

  it('tells both at once when it wakes up long after, and nothing once it was stopped', async () => {
    const { clock, told } = setUp()
    clock.set(9_000)
    await clock.advance(0)
    const other = setUp()
    other.step.stop()
    await other.clock.advance(1_000)
    expect([told, other.told]).toEqual([['warning at 9000', 'timeout at 9000'], []])
  })
})
