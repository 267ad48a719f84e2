import { describe, expect, it, onTestFinished } from 'vitest'
import { silentLogger } from '../../../src/main/platform/index.ts'
import { createTimeoutChecker } from '../../../src/main/workers/index.ts'
import type { ClaimedRun } from '../../../src/shared/models/index.ts'
import { aRun, claimOf, leaseOf } from '../../contract/store-suite/harness.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { openInProcess } from '../store/in-process-store.ts'

const T0 = 1_800_000_000_000

/** A checker over a real store in memory, with time moved by hand. */
function setUp() {
  const clock = createManualClock(T0)
  const { store } = openInProcess()
  const stopped: string[] = []
  const crashes: unknown[] = []
  let broken: Error | null = null
  let local = true
  const isLocal = (): boolean => local
  const checker = createTimeoutChecker({
    store: {
      ...store,
      async dueSteps(now) {
        if (broken) throw broken
        return store.dueSteps(now)
      },
    },
    pool: {
      stopAttempt: (attemptId, reason) => isLocal() && stopped.push(`${attemptId} ${reason}`) > 0,
      holds: isLocal,
    },
    clock,
    logger: silentLogger,
    random: () => 0,
  })
  checker.start({ ready: () => {}, crashed: (error) => crashes.push(error) })
  onTestFinished(async () => {
    await checker.stop()
    await store.close()
  })
  return {
    clock,
    store,
    checker,
    stopped,
    crashes,
    /** From now on every attempt is one of another host. */
    elsewhere() {
      local = false
    },
    breakStore(error: Error | null) {
      broken = error
    },
    /** A running step that is warned after 10 s and over after 60 s. */
    async begin(onTimeout: 'ask' | 'kill'): Promise<ClaimedRun> {
      await store.enqueue(aRun({ runAt: clock.now() }), clock.now())
      const [run] = await store.claim(claimOf({ now: clock.now(), leaseMs: 1e9 }))
      const times = { warningAt: clock.now() + 10_000, timeoutAt: clock.now() + 60_000, onTimeout } as const
      await store.updateStep(leaseOf(run!), 0, { status: 'running', startedAt: clock.now(), ...times }, clock.now())
      return run!
    },
  }
}

describe('the timeout checker', () => {
  it('warns at the stored moment, and asks a person when the time is over', async () => {
    const { clock, store, begin, stopped } = setUp()
    const { id } = await begin('ask')
    const seen: unknown[] = []
    const look = async (): Promise<void> => {
      const run = (await store.get(id))!
      seen.push([run.timeoutStatus, run.attention])
    }
    await clock.advance(9_000)
    await look()
    await clock.advance(2_000)
    await look()
    await clock.advance(60_000)
    await look()
    expect([seen, stopped]).toEqual([
      [
        ['normal', null],
        ['warning', null],
        ['timed_out', 'timeout'],
      ],
      [],
    ])
  })

  it('stops what is to end by itself, after that is stored, and again until it has ended', async () => {
    const { clock, store, begin, stopped } = setUp()
    const { id, attemptId } = await begin('kill')
    await clock.advance(59_000)
    expect(stopped).toEqual([])
    await clock.advance(1_000)
    expect([(await store.get(id))?.timeoutStatus, (await store.get(id))?.attention, stopped]).toEqual([
      'timed_out',
      null,
      [`${attemptId} timed_out`],
    ])
    await clock.advance(1_000)
    expect(stopped).toHaveLength(2)
  })

  it('does not count the time that a person was waited for', async () => {
    const { clock, store, begin, stopped } = setUp()
    const run = await begin('kill')
    await clock.advance(5_000)
    await store.updateRun(leaseOf(run), { attention: 'permission' }, clock.now())
    await clock.advance(3_600_000)
    await store.updateRun(leaseOf(run), { attention: null }, clock.now())
    await clock.advance(4_000)
    expect((await store.get(run.id))?.timeoutStatus).toBe('normal')
    await clock.advance(50_000)
    expect([(await store.get(run.id))?.timeoutStatus, stopped]).toEqual(['warning', []])
    await clock.advance(2_000)
    expect(stopped).not.toEqual([])
  })

  it('goes by the new moments when more time was given', async () => {
    const { clock, store, begin } = setUp()
    const run = await begin('ask')
    await clock.advance(61_000)
    await store.waitLonger(run.id, 60_000, clock.now())
    await clock.advance(29_000)
    expect((await store.get(run.id))?.timeoutStatus).toBe('normal')
    await clock.advance(2_000)
    expect((await store.get(run.id))?.timeoutStatus).toBe('warning')
    await clock.advance(30_000)
    expect(await store.get(run.id)).toMatchObject({ timeoutStatus: 'timed_out', attention: 'timeout' })
  })

  it.each([3 * 3_600_000, -3 * 3_600_000])(
    'leaves one look out after the clock jumped by %i ms, so that what ended meanwhile says so first',
    async (jump) => {
      const { clock, store, begin, stopped } = setUp()
      const run = await begin('kill')
      await clock.advance(1_000)
      clock.set(clock.now() + jump)
      await clock.advance(jump > 0 ? 0 : 1_000 - jump)
      expect([stopped, (await store.get(run.id))?.timeoutStatus]).toEqual([[], 'normal'])
      await store.updateStep(leaseOf(run), 0, { status: 'succeeded', outcome: 'success' }, clock.now())
      await clock.advance(5_000)
      expect(stopped).toEqual([])
    },
  )

  it('ends what is overdue at the look after a jump', async () => {
    const { clock, begin, stopped } = setUp()
    await begin('kill')
    clock.set(T0 + 3_600_000)
    await clock.advance(0)
    expect(stopped).toEqual([])
    await clock.advance(1_000)
    expect(stopped).toHaveLength(1)
  })

  it('tells an attempt of another host to end by its heartbeat, and closes its lease when it does not', async () => {
    const { clock, store, begin, stopped, elsewhere } = setUp()
    elsewhere()
    const run = await begin('kill')
    await clock.advance(60_000)
    expect(await store.get(run.id)).toMatchObject({ status: 'cancelling', cancelMode: 'timeout', timeoutStatus: 'timed_out' })
    expect(await store.heartbeat(leaseOf(run), {}, 60_000, clock.now())).toMatchObject({ cancelRequested: true, kill: 'SIGTERM' })
    await clock.advance(29_000)
    expect((await store.get(run.id))?.status).toBe('cancelling')
    await clock.advance(1_000)
    expect(await store.get(run.id)).toMatchObject({ status: 'failed', outcome: 'timed_out', endedHow: 'fenced' })
    expect(stopped).toEqual([])
  })

  it('leaves the end of an attempt of this host to its ladder, however long that takes', async () => {
    const { clock, store, begin, elsewhere } = setUp()
    const run = await begin('ask')
    await store.cancel(run.id, { mode: 'kill', reason: null }, clock.now())
    await clock.advance(120_000)
    expect((await store.get(run.id))?.status).toBe('cancelling')
    elsewhere()
    await clock.advance(1_000)
    expect(await store.get(run.id)).toMatchObject({ status: 'cancelled', outcome: 'killed', endedHow: 'fenced' })
  })

  it('ends runs whose target did not come back', async () => {
    const { clock, store, begin } = setUp()
    const run = await begin('ask')
    const build = { version: '1', contentHash: 'a' }
    const deadline = clock.now() + 20_000
    await store.awaitReconnect(
      leaseOf(run),
      { workerId: 'w', oldBuild: build, expectedBuild: build, oldInstanceId: 'i', oldStartedAt: T0, deadline, seenAt: null },
      clock.now(),
    )
    await clock.advance(20_000)
    expect((await store.get(run.id))?.status).toBe('awaiting_reconnect')
    await clock.advance(1_000)
    expect(await store.get(run.id)).toMatchObject({ status: 'failed', outcome: 'timed_out' })
  })

  it('tries again when the store cannot be reached, crashes for anything else, and looks no more once stopped', async () => {
    const { clock, begin, stopped, crashes, breakStore, checker } = setUp()
    await begin('kill')
    breakStore(Object.assign(new Error('gone'), { code: 'STORE_UNAVAILABLE' }))
    await clock.advance(61_000)
    expect([stopped, crashes]).toEqual([[], []])
    breakStore(new Error('a bug'))
    await clock.advance(1_000)
    expect(crashes).toHaveLength(1)
    breakStore(null)
    await checker.stop()
    await clock.advance(60_000)
    expect(stopped).toEqual([])
  })
})
