import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { run } from '../../../src/main/platform/index.ts'
import type { RunStore } from '../../../src/main/runs/index.ts'
import { openSqliteStore } from '../../../src/main/store/sqlite/index.ts'
import type { ClaimedRun } from '../../../src/shared/models/index.ts'
import { aRun, claimOf, endingOf, everythingAbout, leaseOf, type Store, T } from '../../contract/store-suite/harness.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { startStore } from './store-process.ts'

failOnLeftovers()

type Call = { [M in keyof RunStore]: [M, ...Parameters<RunStore[M]>] }[keyof RunStore]

const LINE = { at: T, kind: 'log', level: 'info', message: 'a line', data: null, step: null } as const
const STEP = { status: 'running', startedAt: T, warningAt: T + 100, timeoutAt: T + 300, onTimeout: 'kill' } as const
const BUILD = { version: '1', contentHash: 'a' }
const WANTED = { workerId: 'w', oldBuild: BUILD, expectedBuild: BUILD, oldInstanceId: 'i', oldStartedAt: T, deadline: T + 99, seenAt: null }

const queued = async (store: RunStore): Promise<string> =>
  (await store.enqueue(aRun({ id: 'run1', title: 'One', maxAttempts: 2 }), T)).run.id
const live = async (store: RunStore): Promise<ClaimedRun> => {
  await queued(store)
  return (await store.claim(claimOf()))[0]!
}
const ended = async (store: RunStore): Promise<ClaimedRun> => {
  const run = await live(store)
  await store.complete(leaseOf(run), endingOf('validation_failed'))
  return run
}
const overdue = async (store: RunStore): Promise<ClaimedRun> => {
  const run = await live(store)
  await store.updateStep(leaseOf(run), 0, STEP, T)
  await store.markStep(run.id, 0, run.attemptId, 'timed_out', T + 300)
  return run
}
const waits = async (store: RunStore): Promise<ClaimedRun> => {
  const run = await live(store)
  await store.awaitReconnect(leaseOf(run), WANTED, T)
  return run
}

/** What it takes to make each write, and the write. None of them names itself: whoever asks has no key by which it could be known again. */
const WRITES: readonly ((store: RunStore) => Promise<Call>)[] = [
  async () => ['enqueue', aRun({ id: 'run1', title: 'One' }), T],
  async (store) => {
    await queued(store)
    return ['claim', claimOf()]
  },
  async (store) => ['appendEvents', 'run1', leaseOf(await live(store)), [LINE, LINE]],
  async (store) => ['appendEvents', await queued(store), null, [LINE]],
  async (store) => ['updateRun', leaseOf(await live(store)), { addCost: 0.5, progress: 0.3 }, T],
  async (store) => ['updateStep', leaseOf(await live(store)), 0, STEP, T],
  async (store) => ['complete', leaseOf(await live(store)), endingOf('error')],
  async (store) => ['complete', leaseOf(await live(store)), endingOf('success')],
  async (store) => ['release', leaseOf(await live(store)), T],
  async (store) => ['heartbeat', leaseOf(await live(store)), { message: 'alive' }, 60_000, T + 5],
  async (store) => ['cancel', (await live(store)).id, { mode: 'kill', reason: null }, T],
  async (store) => [
    'control',
    aRun({ id: 'run2', title: 'Two', op: 'kill' }),
    { runId: (await live(store)).id, request: { mode: 'kill', reason: null }, keepRefusal: false },
    T,
  ],
  async (store) => ['retry', (await ended(store)).id, null, T],
  async (store) => ['resume', (await ended(store)).id, { op: 'shell', params: {} }, T],
  async (store) => ['dismiss', (await ended(store)).id, T],
  async (store) => ['move', await queued(store), { lane: 'B', priority: 3 }, T],
  async () => ['updateLane', 'A', { paused: true }],
  async (store) => {
    const run = await live(store)
    await store.updateStep(leaseOf(run), 0, STEP, T)
    return ['markStep', run.id, 0, run.attemptId, 'timed_out', T + 300]
  },
  async (store) => ['waitLonger', (await overdue(store)).id, 500, T + 400],
  async (store) => {
    const run = await overdue(store)
    return ['timeOut', run.id, run.attemptId, T + 400]
  },
  async (store) => {
    const run = await live(store)
    await store.cancel(run.id, { mode: 'kill', reason: null }, T)
    return ['fence', run.id, run.attemptId, T + 60_000, 0]
  },
  async (store) => ['awaitReconnect', leaseOf(await live(store)), WANTED, T],
  async (store) => {
    await waits(store)
    return ['reconnected', 'w', { instanceId: 'j', build: BUILD, startedAt: T }, T + 9]
  },
  async (store) => {
    await waits(store)
    return ['reconnectsDue', T + 100]
  },
  async (store) => {
    await live(store)
    return ['sweep', T + 60_000, 0]
  },
  async (store) => {
    await live(store)
    return ['rescue', ['instance-1'], T]
  },
]

/** Attempts and their tokens are named at random. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (key, inner) => (['attemptId', 'leaseToken'].includes(key) ? inner && 'named' : inner)).replaceAll(
      /"id":"01[a-z0-9]{24}"/g,
      '"id":"named"',
    ),
  )
const everything = async (store: RunStore): Promise<unknown> => {
  const { runs } = await store.list({ limit: 100 })
  return plain([await Promise.all(runs.map(({ id }) => everythingAbout(store as Store, id))), await store.lanes()])
}
const ask = (store: RunStore, [method, ...args]: Call): Promise<unknown> =>
  (store[method] as (...args: unknown[]) => Promise<unknown>)(...args)

/** The same write where nobody dies. */
async function reference(prepare: (typeof WRITES)[number]) {
  const store = await openSqliteStore({ file: join(tempFolder('store'), 'queue.db') })
  const changes: unknown[] = []
  const call = await prepare(store)
  const before = await everything(store)
  store.subscribe((change) => changes.push(change))
  const value = await ask(store, call)
  const seen = { before, value: plain(value), after: await everything(store), changes: plain(changes) }
  await store.close()
  return { name: call[0], seen }
}

describe.each(WRITES)('a write (%#)', (prepare) => {
  it('whose writer dies after the commit and before its answer is answered all the same, and told to those who listen', async () => {
    const { name, seen } = await reference(prepare)
    const folder = tempFolder('store')
    const { store, changes, dieAt } = await startStore(folder)
    const call = await prepare(store)
    changes.length = 0
    dieAt('writer', 'after')
    const value = await ask(store, call).catch((error: { code: string }) => error.code)
    expect(existsSync(join(folder, 'die')), `${name} let its writer live`).toBe(false)
    // A sign of life is the one write that is simply given again.
    if (name === 'heartbeat') {
      expect(value).toBe('STORE_UNAVAILABLE')
      await again(store, call)
    } else {
      expect([name, plain(value), plain(changes)]).toEqual([name, seen.value, seen.changes])
    }
    expect([name, await everything(store)]).toEqual([name, seen.after])
  })

  it('whose writer dies before the commit is refused, has changed nothing, and can be asked for again', async () => {
    const { name, seen } = await reference(prepare)
    const { store, dieAt } = await startStore(tempFolder('store'))
    const call = await prepare(store)
    dieAt('writer', 'before')
    await expect(ask(store, call), name).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect([name, await everything(store)]).toEqual([name, seen.before])
    expect([name, plain(await again(store, call))]).toEqual([name, seen.value])
    expect([name, await everything(store)]).toEqual([name, seen.after])
  })
})

/** Asks again until the thread is back. */
const again = (store: RunStore, call: Call): Promise<unknown> => vi.waitFor(() => ask(store, call), { timeout: 10_000, interval: 20 })

it('many writes at once, whose writer dies again and again, are each stored exactly once', async () => {
  const { store, dieAt } = await startStore(tempFolder('store'))
  const lease = leaseOf(await live(store))
  const messages = Array.from({ length: 60 }, (_, index) => `line ${index}`)
  const until = async (message: string): Promise<void> => {
    await vi.waitFor(() => store.appendEvents('run1', lease, [{ ...LINE, message }]), { timeout: 20_000, interval: 5 })
  }
  let over = false
  const deaths = (async () => {
    for (let n = 0; !over; n += 1) {
      dieAt('writer', n % 2 === 0 ? 'after' : 'before')
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  })()
  for (let from = 0; from < messages.length; from += 20) await Promise.all(messages.slice(from, from + 20).map(until))
  over = true
  await deaths
  const events = await again(store, ['events', 'run1', 0, 1_000])
  const lines = (events as { kind: string; message: string; seq: number }[]).filter(({ kind }) => kind === 'log')
  expect(lines.map(({ message }) => message).sort()).toEqual([...messages].sort())
  expect((events as { seq: number }[]).map(({ seq }) => seq)).toEqual((events as unknown[]).map((_, index) => index + 1))
})

it('a read whose reader dies is refused, and the writer goes on meanwhile', async () => {
  const { store, dieAt } = await startStore(tempFolder('store'))
  await queued(store)
  dieAt('reader', 'before')
  const reading = store.get('run1')
  await expect(reading).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(await store.claim(claimOf())).toMatchObject([{ id: 'run1' }])
  expect(await again(store, ['get', 'run1'])).toMatchObject({ status: 'running' })
})

it('what a writer committed that hangs and is given up is answered when it comes back to life, which then does nothing more', async () => {
  const folder = tempFolder('store')
  const programs = join(import.meta.dirname, 'programs')
  const { code, stdout, stderr } = await run(
    process.execPath,
    ['--import', join(programs, 'thread-dies.ts'), join(programs, 'hung-writer.ts'), join(folder, 'queue.db')],
    { env: { DIE_FILE: join(folder, 'die') }, timeoutMs: 60_000 },
  )
  expect([code, stderr]).toEqual([0, ''])
  const { givenUp, meanwhile, late, refused, log, heard, after } = JSON.parse(stdout)
  expect(givenUp).toMatchObject({
    hung: true,
    abandoned: 1,
    answered: false,
    lastError: expect.stringContaining('did not stop within 1 s'),
  })
  // The next writer goes on behind what the one before has committed.
  expect(meanwhile).toEqual({ answered: false, seq: [4] })
  expect([late, refused]).toEqual([[[3, 'committed']], 'STORE_UNAVAILABLE'])
  expect([log, heard]).toEqual([
    ['committed', 'by the next one'],
    ['by the next one', 'committed'],
  ])
  expect(after).toEqual({ state: 'running', restarts: 1 })
})
