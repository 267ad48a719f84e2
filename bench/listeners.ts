/**
 * What the listeners of the operation registry cost: `node bench/listeners.ts [--listeners 1000] [--changes 2000] [--rounds 5]`.
 *
 * A change counts from the call that makes it until the last listener has heard of it. The raw limit, in the same run, is a loop over as many functions
 * with the same frozen copies. The target is below 1 ms for each change.
 */
import { parseArgs } from 'node:util'
import { createOperations, type OperationHandle } from '../src/main/operations/index.ts'
import type { Operation } from '../src/shared/models/index.ts'
import { createManualClock } from '../tests/support/manual-clock.ts'
import { median, percentile } from './figures.ts'

const { values } = parseArgs({
  options: {
    listeners: { type: 'string', default: '1000' },
    changes: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
  },
})
const [LISTENERS, CHANGES, ROUNDS] = [Number(values.listeners), Number(values.changes), Number(values.rounds)]

/** Each listener does something that cannot be left out, and nothing more. */
const heard = new Float64Array(LISTENERS)
const listeners = Array.from({ length: LISTENERS }, (_, i) => (operation: Operation): void => {
  heard[i]! += operation.progress
})

function openRegistry(listening: readonly ((operation: Operation) => void)[]) {
  const clock = createManualClock()
  let count = 0
  const operations = createOperations({
    clock,
    newId: () => `op${++count}`,
    store: { saveOperation: async () => {}, deleteOperations: async () => {}, loadOperations: async () => [] },
    runs: { cancel: async () => {}, retry: async () => {}, dismiss: async () => {} },
    logger: { error: (context: unknown) => console.error(context) },
  })
  for (const listener of listening) operations.addListener(listener)
  return { clock, operations }
}

/** Milliseconds for each change. Progress is told ten times a second at most, so the clock moves on between two changes; that is not counted. */
async function throughTheRegistry(
  listening: readonly ((operation: Operation) => void)[],
  change: (open: () => OperationHandle, n: number) => void,
): Promise<number[]> {
  const { clock, operations } = openRegistry(listening)
  const taken: number[] = []
  const open = (): OperationHandle => operations.start('Pull', 'command')
  for (let n = 0; n < CHANGES; n++) {
    clock.set(clock.now() + 100)
    const startedAt = performance.now()
    change(open, n)
    // Two microtasks: the fan-out's own, and the one after it, in which every listener has been called.
    await null
    await null
    taken.push(performance.now() - startedAt)
  }
  return taken
}

function bareLoop(): number[] {
  const taken: number[] = []
  for (let n = 0; n < CHANGES; n++) {
    const operation = Object.freeze({ id: 'op1', progress: n / CHANGES }) as Operation
    const startedAt = performance.now()
    for (const listener of listeners) listener(operation)
    taken.push(performance.now() - startedAt)
  }
  return taken
}

/** How many calls the listeners have had so far, all together. */
let calls = 0
listeners[0] = ((first) => (operation: Operation) => {
  calls++
  first(operation)
})(listeners[0]!)

const KINDS = {
  progress: () => {
    let handle: OperationHandle | undefined
    return (open: () => OperationHandle, n: number): void => {
      handle ??= open()
      handle.updateProgress(n / CHANGES)
    }
  },
  // A full history has to be looked through at each ending.
  'start and end': () => (open: () => OperationHandle) => open().complete(),
} as const

for (const [kind, create] of Object.entries(KINDS)) {
  const [all, none, raw]: [number[], number[], number[]] = [[], [], []]
  const expected = CHANGES * (kind === 'progress' ? 1 : 2)
  for (let round = 0; round < ROUNDS; round++) {
    const before = calls
    all.push(...(await throughTheRegistry(listeners, create())))
    if (Math.abs(calls - before - expected) > 1) throw new Error(`listeners heard ${calls - before} changes of ${expected}`)
    none.push(...(await throughTheRegistry([], create())))
    raw.push(...bareLoop())
  }
  const changes = kind === 'progress' ? 1 : 2
  const each = (taken: number[]): number => median(taken) / changes
  console.log(
    `${kind}: ${LISTENERS} listeners ${each(all).toFixed(4)} ms for each change (p99 ${(percentile(all, 0.99) / changes).toFixed(4)}), none ${each(none).toFixed(4)} ms; ` +
      `plain loop ${median(raw).toFixed(4)} ms; ratio ${(each(all) / median(raw)).toFixed(1)}`,
  )
}
