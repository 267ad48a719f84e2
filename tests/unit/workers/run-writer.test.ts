import { describe, expect, it, vi } from 'vitest'
import type { EventDraft, RunPatch, RunStore } from '../../../src/main/runs/index.ts'
import { createRunWriter } from '../../../src/main/workers/run-writer.ts'
import { AppError } from '../../../src/shared/models/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const LEASE = { runId: 'run', attemptId: 'attempt', leaseToken: 'token' }

/** A writer over a store that can be out of reach, or hold nothing of this attempt any more. */
function setUp() {
  const clock = createManualClock()
  const stored = { events: [] as string[], patches: [] as RunPatch[] }
  let fault: AppError | null = null
  const store = {
    async appendEvents(_run: string, _lease: unknown, events: readonly EventDraft[]) {
      if (fault) throw fault
      stored.events.push(...events.map(({ message }) => message))
      return []
    },
    async updateRun(_lease: unknown, patch: RunPatch) {
      if (fault) throw fault
      stored.patches.push(patch)
    },
  } as unknown as RunStore
  const onLost = vi.fn()
  return {
    clock,
    stored,
    onLost,
    writer: createRunWriter({ store, clock, lease: LEASE, onLost }),
    fail: (code: 'STORE_UNAVAILABLE' | 'LEASE_LOST' | null) => {
      fault = code && new AppError(code, code)
    },
  }
}

describe('a store out of reach', () => {
  it('loses no event, no value and no cost: all of it is written once it is back, in order', async () => {
    const { writer, clock, stored, fail } = setUp()
    fail('STORE_UNAVAILABLE')
    writer.emit({ kind: 'log', message: 'one' }, 0)
    writer.patch({ message: 'first', attention: 'permission', addCost: 1 })
    await clock.advance(2_500)
    writer.emit({ kind: 'log', message: 'two' }, 0)
    writer.patch({ message: 'second', addCost: 2 })
    const flushed = writer.flush()
    fail(null)
    await clock.advance(5_000)
    await flushed
    expect(stored.events).toEqual(['one', 'two'])
    const cost = stored.patches.reduce((sum, { addCost = 0 }) => sum + addCost, 0)
    expect(cost).toBe(3)
    expect(Object.assign({}, ...stored.patches)).toMatchObject({ message: 'second', attention: 'permission' })
  })

  it('is given up with the lease: nothing waits for it any longer', async () => {
    const { writer, clock, stored, fail } = setUp()
    fail('STORE_UNAVAILABLE')
    const write = writer.write(() => Promise.reject(new AppError('STORE_UNAVAILABLE', 'gone')))
    const rejected = expect(write).rejects.toMatchObject({ code: 'LEASE_LOST' })
    await clock.advance(10_000)
    writer.abandon()
    await rejected
    fail(null)
    await expect(writer.flush()).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect([stored.events, clock.timers]).toEqual([[], 0])
  })
})

describe('a store that hangs', () => {
  it('is not waited for once the lease is given up', async () => {
    const { writer } = setUp()
    const write = writer.write(() => new Promise<never>(() => {}))
    const behind = writer.flush()
    const rejected = Promise.all([write, behind].map((each) => expect(each).rejects.toMatchObject({ code: 'LEASE_LOST' })))
    await Promise.resolve()
    writer.abandon()
    await rejected
  })
})

describe('a lost lease', () => {
  it('is told once, and ends all writing', async () => {
    const { writer, onLost, stored, fail } = setUp()
    fail('LEASE_LOST')
    writer.emit({ kind: 'log', message: 'late' }, 0)
    await expect(writer.flush()).rejects.toMatchObject({ code: 'LEASE_LOST' })
    fail(null)
    writer.emit({ kind: 'log', message: 'later' }, 0)
    await expect(writer.write(async () => 1)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect([onLost.mock.calls.length, stored.events]).toEqual([1, []])
  })
})
