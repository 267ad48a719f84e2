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
  const store = {
    async sweep(now: number) {
      if (broken) throw new AppError('STORE_UNAVAILABLE', 'The disk is full.')
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
  return { clock, sweeper, sweptAt, breakStore }
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
