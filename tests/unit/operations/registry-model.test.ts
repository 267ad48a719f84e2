import fc from 'fast-check'
import { expect } from 'vitest'
import { createOperations, type OperationHandle, type Operations } from '../../../src/main/operations/index.ts'
import type { Operation, RunSummary } from '../../../src/shared/models/index.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { property } from '../../support/sequences.ts'

/** The panel as one would keep it with paper cards: one for each operation, in two heaps. */
interface Card {
  readonly id: string
  readonly startedAt: number
  readonly cancellable: boolean
  readonly runId: string | null
  readonly retryOf: string | null
  /** Whether this process knows how to do it again. */
  repeatable: boolean
  state: Operation['state']
  progress: number
  endedAt: number | null
  canRetry: boolean
  filed: boolean
}
interface Model {
  cards: Card[]
}
interface Real {
  readonly clock: ManualClock
  readonly stored: Map<string, Operation>
  readonly asked: string[]
  operations: Operations
  handles: Map<string, OperationHandle>
  /** What a listener was told last of each. */
  told: Map<string, Operation>
  count: number
}
type Command = fc.AsyncCommand<Model, Real>

const HISTORY = 100
const newest = (a: Card, b: Card): number => b.endedAt! - a.endedAt! || (b.id > a.id ? 1 : -1)
const filed = (model: Model): Card[] => model.cards.filter((card) => card.filed).sort(newest)
const trim = (model: Model): void => {
  const dropped = new Set(filed(model).slice(HISTORY))
  model.cards = model.cards.filter((card) => !dropped.has(card))
}
const nth = <V>(list: readonly V[], n: number): V | undefined => list[n % Math.max(1, list.length)]
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function listen(real: Real): void {
  // Its own: what the registry before this one still tells is nobody's any more.
  const told = new Map<string, Operation>()
  real.told = told
  real.operations.addListener((operation) => {
    expect(Object.isFrozen(operation)).toBe(true)
    const before = told.get(operation.id)
    // Nothing is told of an operation after its end but what a person or its run does with it.
    if (before && before.state !== 'active' && operation.runId === null) expect(operation.state).toBe(before.state)
    told.set(operation.id, operation)
  })
}

function openRegistry(real: Real): Operations {
  return createOperations({
    clock: real.clock,
    newId: () => `op${String(++real.count).padStart(6, '0')}`,
    store: {
      saveOperation: async (operation) => void real.stored.set(operation.id, operation),
      deleteOperations: async (ids) => {
        for (const id of ids) real.stored.delete(id)
      },
      loadOperations: async () => [...real.stored.values()],
    },
    runs: {
      cancel: async (id) => real.asked.push(`cancel ${id}`),
      retry: async (id) => real.asked.push(`retry ${id}`),
      dismiss: async (id) => real.asked.push(`dismiss ${id}`),
    },
    logger: {
      error: (...args: unknown[]) => {
        throw new Error(`logged: ${JSON.stringify(args)}`)
      },
    },
  })
}

const shown = ({ id, state, progress, startedAt, endedAt, canRetry, retryOf }: Card | Operation) => ({
  id,
  state,
  progress,
  startedAt,
  endedAt,
  canRetry,
  retryOf,
})

async function compare(model: Model, real: Real): Promise<void> {
  const { operations } = real
  const active = model.cards.filter((card) => !card.filed).sort((a, b) => a.startedAt - b.startedAt || (a.id > b.id ? 1 : -1))
  expect(operations.active().map(shown)).toEqual(active.map(shown))
  expect(operations.history().map(shown)).toEqual(filed(model).map(shown))
  expect(operations.activeCount()).toBe(model.cards.filter((card) => card.state === 'active').length)
  await settle()
  // An ending is told at once, whatever else waits.
  for (const card of model.cards) if (card.state !== 'active') expect(real.told.get(card.id)?.state ?? card.state).toBe(card.state)
}

const command = (name: string, run: (model: Model, real: Real) => Promise<unknown>): Command => ({
  check: () => true,
  toString: () => name,
  async run(model, real) {
    await run(model, real)
    trim(model)
    await compare(model, real)
  },
})

const begin = (model: Model, real: Real, options: { cancellable: boolean; repeatable: boolean; retryOf?: string }): OperationHandle => {
  const { cancellable, repeatable, retryOf } = options
  const retry = (id: string): OperationHandle => begin(model, real, { cancellable, repeatable, retryOf: id })
  const handle = real.operations.start('Work', 'command', {
    cancellable,
    ...(repeatable ? { retry } : {}),
    ...(retryOf ? { retryOf } : {}),
  })
  real.handles.set(handle.id, handle)
  model.cards.push({
    id: handle.id,
    startedAt: real.clock.now(),
    cancellable,
    runId: null,
    retryOf: retryOf ?? null,
    repeatable,
    state: 'active',
    progress: -1,
    endedAt: null,
    canRetry: false,
    filed: false,
  })
  return handle
}
const finish = (card: Card, state: 'completed' | 'failed' | 'cancelled', now: number): void => {
  if (card.state !== 'active') return
  Object.assign(card, {
    state,
    endedAt: now,
    progress: state === 'completed' ? 1 : card.progress,
    canRetry: state !== 'completed' && card.repeatable,
    filed: state !== 'failed',
  })
}

const index = fc.nat({ max: 40 })
const start = fc
  .record({ cancellable: fc.boolean(), repeatable: fc.boolean() })
  .map((options) => command(`start ${JSON.stringify(options)}`, async (model, real) => begin(model, real, options)))
/** Through its handle: what has ended takes nothing any more. */
const own = (model: Model, real: Real, n: number): { card: Card; handle: OperationHandle } | null => {
  const handle = nth([...real.handles.values()], n)
  const card = model.cards.find(({ id }) => id === handle?.id)
  return handle && card ? { card, handle } : null
}
const progress = fc
  .record({ n: index, value: fc.oneof(fc.constantFrom(-1, 0, 0.5, 1, 7, Number.NaN), fc.double({ min: 0, max: 1 })) })
  .map(({ n, value }) =>
    command(`progress ${value} of ${n}`, async (model, real) => {
      const found = own(model, real, n)
      if (!found) return
      found.handle.updateProgress(value, 'x')
      const { card } = found
      if (card.state === 'active' && value >= 0) card.progress = Math.max(card.progress, Math.min(value, 0.99))
    }),
  )
const end = fc.record({ n: index, how: fc.constantFrom('completed' as const, 'failed' as const, 'cancelled' as const) }).map(({ n, how }) =>
  command(`${n} is ${how}`, async (model, real) => {
    const found = own(model, real, n)
    if (!found) return
    const { handle, card } = found
    if (how === 'cancelled') handle.cancel()
    else handle.complete(how === 'failed' ? { code: 'X', message: 'x' } : undefined)
    finish(card, how, real.clock.now())
    expect(handle.signal.aborted).toBe(card.state === 'cancelled')
  }),
)
const ask = fc.record({ n: index, verb: fc.constantFrom('cancel' as const, 'retry' as const, 'dismiss' as const) }).map(({ n, verb }) =>
  command(`${verb} ${n}`, async (model, real) => {
    const card = nth(model.cards, n)
    if (!card) return expect(real.operations[verb]('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const before = real.asked.length
    const allowed = {
      cancel: card.state === 'active' && (card.cancellable || card.runId),
      retry: card.canRetry,
      dismiss: card.state === 'failed',
    }[verb]
    const call = real.operations[verb](card.id)
    if (!allowed) return expect(call).rejects.toMatchObject({ code: 'CONFLICT' })
    const answer = await call
    if (card.runId) {
      expect(real.asked.slice(before)).toEqual([`${verb} ${card.runId}`])
      return
    }
    expect(real.asked.length).toBe(before)
    if (verb === 'cancel') finish(card, 'cancelled', real.clock.now())
    else card.filed = true
    if (verb === 'retry') {
      card.canRetry = false
      expect(answer).toMatchObject({ state: 'active', retryOf: card.id })
    }
  }),
)
const pass = fc.constantFrom(1, 50, 100, 5_000).map((ms) =>
  command(`${ms} ms pass`, async (model, real) => {
    await real.clock.advance(ms)
    if (ms < 100) return
    await settle()
    // After a tenth of a second everyone has heard the newest of everything that goes on.
    for (const card of model.cards) if (card.state === 'active') expect(real.told.get(card.id)?.progress).toBe(card.progress)
  }),
)
const crowd = fc.integer({ min: 20, max: 120 }).map((count) =>
  command(`${count} come and go`, async (model, real) => {
    for (let i = 0; i < count; i++) {
      const handle = begin(model, real, { cancellable: false, repeatable: false })
      handle.complete()
      finish(model.cards.at(-1)!, 'completed', real.clock.now())
      trim(model)
    }
  }),
)
const RUN_STATES = {
  running: { status: 'running' },
  succeeded: { status: 'succeeded', progress: 1 },
  failed: { status: 'failed', error: { code: 'X', message: 'x' } },
  dismissed: { status: 'failed', error: { code: 'X', message: 'x' }, dismissed: true },
  cancelled: { status: 'cancelled' },
} as const
const runChanges = fc
  .record({ n: fc.nat({ max: 3 }), to: fc.constantFrom(...(Object.keys(RUN_STATES) as (keyof typeof RUN_STATES)[])) })
  .map(({ n, to }) =>
    command(`run ${n} is ${to}`, async (model, real) => {
      const id = `run${n}`
      const ended = to !== 'running'
      const now = real.clock.now()
      const run = {
        id,
        title: id,
        startedAt: 5,
        endedAt: ended ? now : null,
        progress: 0.2,
        message: '',
        attempt: 1,
        maxAttempts: 1,
        lost: 0,
        outcome: null,
        error: null,
        dismissed: false,
        ...RUN_STATES[to],
      }
      real.operations.applyRun(run as unknown as RunSummary)
      const state = to === 'running' ? 'active' : to === 'succeeded' ? 'completed' : to === 'cancelled' ? 'cancelled' : 'failed'
      const change = {
        state,
        progress: run.progress,
        endedAt: run.endedAt,
        canRetry: state === 'failed' || state === 'cancelled',
        filed: ended && to !== 'failed',
      } as const
      const known = model.cards.find((card) => card.id === id)
      if (known) Object.assign(known, change)
      else model.cards.push({ id, startedAt: 5, cancellable: true, runId: id, retryOf: null, repeatable: true, ...change })
    }),
  )
const restart = fc.constant(
  command('the app starts again', async (model, real) => {
    await real.operations.flush()
    real.operations = openRegistry(real)
    real.handles = new Map()
    await real.operations.load()
    listen(real)
    // Progress is not stored. Runs come from the runs; what was going on was interrupted, and nobody knows any more how to do it again.
    model.cards = model.cards.filter((card) => card.runId === null)
    for (const card of model.cards) {
      card.canRetry = false
      card.repeatable = false
      if (card.state === 'active') Object.assign(card, { state: 'failed', progress: -1, endedAt: real.clock.now(), filed: false })
    }
    for (const card of model.cards.filter(({ state, filed: gone }) => state === 'failed' && !gone)) {
      expect(real.operations.get(card.id)?.error).not.toBeNull()
    }
  }),
)

const histories = fc.commands<Model, Real, false>(
  [start, start, start, progress, progress, end, end, ask, ask, ask, pass, pass, runChanges, runChanges, crowd, restart],
  { maxCommands: 50, size: 'max' },
)

property('the registry does what two heaps of cards do', (parameters) =>
  fc.assert(
    fc.asyncProperty(histories, async (commands) => {
      const real = { clock: createManualClock(1_000_000), stored: new Map(), asked: [], handles: new Map(), count: 0 } as unknown as Real
      real.operations = openRegistry(real)
      listen(real)
      await fc.asyncModelRun(() => ({ model: { cards: [] }, real }), commands)
      // In the end everyone knows what the registry knows.
      await real.clock.advance(1_000)
      for (const [id, operation] of real.told) {
        const now = real.operations.get(id)
        if (now) expect(operation).toEqual(now)
      }
    }),
    parameters,
  ),
)
