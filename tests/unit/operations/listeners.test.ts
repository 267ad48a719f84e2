import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOperations, type OperationHandle, type Operations } from '../../../src/main/operations/index.ts'
import { createFanOut } from '../../../src/main/operations/listeners.ts'
import type { Operation } from '../../../src/shared/models/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { property } from '../../support/sequences.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Wraps an object so that `depth` counts how many of its methods are on the stack. */
function watched<T extends object>(target: T, stack: { depth: number }): T {
  return new Proxy(target, {
    get(object, name) {
      const value = Reflect.get(object, name) as unknown
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        stack.depth++
        try {
          return value.apply(object, args)
        } finally {
          stack.depth--
        }
      }
    },
  })
}

/** A registry that knows while one of its own calls, or one of its callbacks, is on the stack. */
function setUp() {
  const clock = createManualClock(1_000_000)
  const stack = { depth: 0 }
  const logged: unknown[] = []
  let count = 0
  const real = createOperations({
    clock: watched(clock, stack),
    newId: () => `op${String(++count).padStart(6, '0')}`,
    store: { saveOperation: async () => {}, deleteOperations: async () => {}, loadOperations: async () => [] },
    runs: { cancel: async () => {}, retry: async () => {}, dismiss: async () => {} },
    logger: { error: (context: object) => void logged.push((context as { error: unknown }).error) } as never,
  })
  const operations = watched(real, stack)
  const handles: OperationHandle[] = []
  const start = (options: { cancellable?: boolean; retryOf?: string } = {}): OperationHandle => {
    const handle = operations.start('Work', 'command', { ...options, retry: (retryOf) => start({ ...options, retryOf }) })
    handles.push(watched(handle, stack))
    return handles.at(-1)!
  }
  return { clock, stack, logged, operations, handles, start }
}

const ended = ({ state }: Operation): boolean => state !== 'active'
const isDeeplyFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen))

/** What holds whenever a listener is called: no call of the registry is on the stack, and it shows no half of a change. */
function checkWhole(operations: Operations, heard: Operation, depth: number): void {
  expect(depth).toBe(0)
  expect(isDeeplyFrozen(heard)).toBe(true)
  const [active, history] = [operations.active(), operations.history()]
  const ids = [...active, ...history].map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(history.length).toBeLessThanOrEqual(100)
  expect(history.every((operation) => operation.inHistory && ended(operation))).toBe(true)
  expect(operations.activeCount()).toBe(active.filter((operation) => !ended(operation)).length)
  const now = operations.get(heard.id)
  // It may have left the history since.
  if (now === null) return
  if (ended(heard)) expect(now.state).toBe(heard.state)
  expect(now.progress).toBeGreaterThanOrEqual(heard.progress)
  expect(now.progress === 1).toBe(now.state === 'completed')
}

const ACTS = ['start', 'progress', 'complete', 'fail', 'cancel', 'ask cancel', 'retry', 'dismiss', 'crowd', 'wait', 'wait long'] as const
type Act = { readonly what: (typeof ACTS)[number]; readonly n: number }
const act = fc.record({ what: fc.constantFrom(...ACTS), n: fc.nat({ max: 30 }) })

/** Does one thing with the registry, from wherever it is called. A refusal is an answer. */
function perform({ operations, handles, start }: ReturnType<typeof setUp>, { what, n }: Act): void {
  const handle = handles[n % Math.max(1, handles.length)]
  const id = handle?.id ?? 'nobody'
  const ask = (verb: 'cancel' | 'retry' | 'dismiss'): void => void operations[verb](id).catch(() => {})
  if (what === 'start') start({ cancellable: n % 2 === 0 })
  else if (what === 'progress') handle?.updateProgress(n / 20, `${n}`)
  else if (what === 'complete') handle?.complete()
  else if (what === 'fail') handle?.complete({ code: 'X', message: 'x', data: { at: [n] } })
  else if (what === 'cancel') handle?.cancel()
  else if (what === 'ask cancel') ask('cancel')
  else if (what === 'retry' || what === 'dismiss') ask(what)
  else if (what === 'crowd') for (let i = 0; i < 40; i++) start().complete()
}

property('listeners are called outside of everything and see no half-made state, whatever they and others do', (parameters) =>
  fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), fc.array(act, { maxLength: 20 }), async (acts, reactions) => {
      const scene = setUp()
      const { clock, stack, logged, operations } = scene
      const broken: unknown[] = []
      const checked = (react: (operation: Operation) => void | Promise<void>) => (operation: Operation) => {
        try {
          const { depth } = stack
          checkWhole(operations, operation, depth)
        } catch (error) {
          broken.push(error)
        }
        return react(operation)
      }
      const left = [...reactions]
      const last = new Map<string, Operation>()
      operations.addListener(checked((operation) => void last.set(operation.id, operation)))
      operations.addListener(
        checked(() => {
          throw new Error('a listener of its own mind')
        }),
      )
      operations.addListener(checked(() => settle()))
      operations.addListener(
        checked(() => {
          const next = left.shift()
          if (next) perform(scene, next)
        }),
      )
      for (const each of acts) {
        if (each.what === 'wait') await settle()
        else if (each.what === 'wait long') await clock.advance(each.n * 10)
        else perform(scene, each)
      }
      await clock.advance(1_000)
      for (let i = 0; i < 20 && left.length > 0; i++) await clock.advance(100)
      expect(broken).toEqual([])
      expect(logged.every((error) => (error as Error).message === 'a listener of its own mind')).toBe(true)
      for (const [id, heard] of last) expect(heard).toEqual(operations.get(id) ?? heard)
    }),
    parameters,
  ),
)

describe('what a listener is given', () => {
  it('is frozen all the way down, and nothing that its maker still holds', async () => {
    const { operations, start } = setUp()
    const heard: Operation[] = []
    operations.addListener((operation) => void heard.push(operation))
    const error = { code: 'X', message: 'No.', data: { files: ['a'] } }
    start().complete(error)
    error.message = 'Yes.'
    error.data.files.push('b')
    await settle()
    const told = heard.at(-1)!
    expect(told.error).toEqual({ code: 'X', message: 'No.', data: { files: ['a'] } })
    expect(isDeeplyFrozen(told)).toBe(true)
    expect(() => (told.error!.data as { files: string[] }).files.push('c')).toThrow(TypeError)
  })

  it('begins with the first change after it came', async () => {
    const { operations, start } = setUp()
    const heard: string[] = []
    operations.addListener(() => new Promise(() => {}))
    const early = start()
    operations.addListener(({ id }) => void heard.push(id))
    const late = start()
    await settle()
    expect([early.id === late.id, heard]).toEqual([false, [late.id]])
  })
})

it('who waits for the signal of a cancelled operation finds it cancelled', () => {
  const { operations, start } = setUp()
  const handle = start({ cancellable: true })
  let seen: Operation | null = null
  handle.signal.addEventListener('abort', () => {
    seen = operations.get(handle.id)
  })
  handle.cancel()
  expect(seen).toMatchObject({ state: 'cancelled', inHistory: true })
})

describe('a listener that does not come back', () => {
  const operation = (id: string, more: Partial<Operation> = {}): Operation => ({ id, state: 'active', progress: 0, ...more }) as Operation

  it('is told every ending and the newest of what goes on, in order, and no more than that', async () => {
    const { add, send } = createFanOut(() => {})
    const heard: Operation[] = []
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    add(async (change) => {
      heard.push(change)
      await gate
    })
    send(operation('first'))
    await settle()
    for (let round = 1; round <= 100; round++) {
      for (const id of ['a', 'b', 'c']) send(operation(id, { progress: round / 200 }))
      for (let n = 0; n < 30; n++) send(operation(`done ${round}.${n}`, { state: 'completed', progress: 1 }))
    }
    // A run that failed and was tried again: that it had failed is still news.
    send(operation('a', { state: 'failed', progress: 0.5 }))
    for (let round = 0; round < 10_000; round++) send(operation('a', { progress: 0.1 }))
    release()
    await settle()
    const endings = heard.filter(({ state }) => state === 'completed').map(({ id }) => id)
    expect(endings).toEqual(Array.from({ length: 3_000 }, (_, i) => `done ${Math.floor(i / 30) + 1}.${i % 30}`))
    const [a, b] = ['a', 'b'].map((id) => heard.filter((change) => change.id === id))
    expect([a!.filter(({ state }) => state === 'failed').length, a!.at(-1)?.state, b!.at(-1)?.progress]).toEqual([1, 'active', 0.5])
    expect(heard.length).toBeLessThan(10_000)
    // Of 100 changes of each, all but those of the last stretch are outdated.
    expect(b!.length).toBeLessThan(60)
    const progress = b!.map((change) => change.progress)
    expect(progress).toEqual([...progress].sort((one, other) => one - other))
  })
})
