import { describe, expect, it, vi } from 'vitest'
import { silentLogger } from '../../../src/main/platform/index.ts'
import type { RunStore } from '../../../src/main/runs/index.ts'

import { createSweeper } from '../../../src/main/workers/index.ts'
import { AppError } from '../../../src/shared/models/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const SWEEP_MS = 15_000
const LEASE_MS = 60_000

function setUp() {
  const clock = createManualClock(0)
  const sweptAt: number[] = []
  let broken = false
  let hanging: Promise<void> | null = null
  const store = {
    async sweep(now: number) {
      if (broken) throw new AppError('STORE_UNAVAILABLE', 'The disk is full.')
      await hanging
      sweptAt.push(now)
      return []
    },
  } as unknown as RunStore
  const sweeper = createSweeper({ store, clock, logger: silentLogger, random: () => 0, leaseMs: LEASE_MS })
  const crashed = vi.fn()
  sweeper.start({ ready: () => {}, crashed })
  const breakStore = (now: boolean): void => {
    broken = now
  }
  /** The next sweeps hang until the returned function is called. */
  const hang = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    hanging = promise
    return () => {
      hanging = null
      resolve()
    }
  }
  return { clock, sweeper, sweptAt, breakStore, hang, crashed }
}

describe('the sweeper', () => {
  it('looks for lapsed leases every 15 seconds, also after a store that could not be reached, until it is stopped', async () => {
    const { clock, sweeper, sweptAt, breakStore } = setUp()
    await clock.advance(2 * SWEEP_MS)
    breakStore(true)
    await clock.advance(SWEEP_MS)
    breakStore(false)
    await clock.advance(SWEEP_MS)
    sweeper.stop()
    await clock.advance(10 * SWEEP_MS)
    expect(sweptAt).toEqual([SWEEP_MS, 2 * SWEEP_MS, 4 * SWEEP_MS])
  })

  it('is gone when its last look is over, and one that was given up and comes back looks no more', async () => {
    const { clock, sweeper, sweptAt, hang, crashed } = setUp()
    const goOn = hang()
    await clock.advance(SWEEP_MS)
    let gone = false
    const stopping = sweeper.stop().then(() => {
      gone = true
    })
    await clock.advance(SWEEP_MS)
    expect([gone, clock.timers]).toEqual([false, 0])
    // Its supervisor gave it up and started it again.
    sweeper.start({ ready: () => {}, crashed })
    await clock.advance(0)
    goOn()
    await stopping
    await clock.advance(0)
    expect([gone, clock.timers]).toEqual([true, 1])
    sweptAt.length = 0
    await clock.advance(4 * SWEEP_MS)
    expect([sweptAt.length, crashed.mock.calls]).toEqual([4, []])
  })

  it('takes nothing back for a whole lease after the clock jumped, as it does after a sleep', async () => {
    const { clock, sweptAt } = setUp()
    await clock.advance(SWEEP_MS)
    clock.set(SWEEP_MS + 3 * 3_600_000)
    const wokenAt = clock.now()
    await clock.advance(LEASE_MS - 1)
    expect(sweptAt).toEqual([SWEEP_MS])
    await clock.advance(2 * SWEEP_MS)
    expect(sweptAt[1]).toBeGreaterThanOrEqual(wokenAt + LEASE_MS)
  })
})
