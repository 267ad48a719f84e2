import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { createOperations, type Operations } from '../../../src/main/operations/index.ts'
import type { Operation, RunSummary } from '../../../src/shared/models/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'

/** A registry over a history kept in memory, its clock, and the runs' controls as spies. While `full` is set nothing can be stored. */
function setUp(kept: Operation[] = []) {
  const disk = { full: false, deleted: [] as string[] }
  const clock = createManualClock(1_000_000)
  const stored = new Map(kept.map((operation) => [operation.id, operation]))
  let count = 0
  const runs = { cancel: vi.fn(async () => {}), retry: vi.fn(async () => {}), dismiss: vi.fn(async () => {}) }
  const logger = { error: vi.fn() }
  const operations: Operations = createOperations({
    clock,
    newId: () => `op${String(++count).padStart(6, '0')}`,
    store: {
      saveOperation: async (operation) => {
        if (disk.full) throw new Error('the disk is full')
        stored.set(operation.id, operation)
      },
      deleteOperations: async (ids) => {
        disk.deleted.push(...ids)
        for (const id of ids) stored.delete(id)
      },
      loadOperations: async () => [...stored.values()],
    },
    runs,
    logger,
  })
  return { clock, operations, stored, runs, logger, disk }
}

/** Lets every waiting microtask run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('an operation', () => {
  it('starts active, indeterminate and without an end', () => {
    const { operations } = setUp()
    const handle = operations.start('Pull web', 'command')
    expect(operations.get(handle.id)).toMatchObject({
      name: 'Pull web',
      category: 'command',
      state: 'active',
      progress: -1,
      endedAt: null,
      error: null,
    })
  })

  it('never lets its progress fall, nor reach 1 before it has ended well', () => {
    const { operations } = setUp()
    const handle = operations.start('Pull', 'command')
    const seen: number[] = []
    for (const wanted of [-1, 0.4, 0.2, -1, Number.NaN, 7]) {
      handle.updateProgress(wanted)
      seen.push(operations.get(handle.id)!.progress)
    }
    handle.complete()
    seen.push(operations.get(handle.id)!.progress)
    expect(seen).toEqual([-1, 0.4, 0.4, 0.4, 0.4, 0.99, 1])
  })

  it('keeps its progress below 1 when it fails', () => {
    const { operations } = setUp()
    const handle = operations.start('Pull', 'command')
    handle.updateProgress(1)
    handle.complete({ code: 'X', message: 'No.' })
    expect(operations.get(handle.id)).toMatchObject({ state: 'failed', progress: 0.99 })
  })

  it('offers Cancel only when declared cancellable, active, and running for more than five seconds', () => {
    const { operations, clock } = setUp()
    const handle = operations.start('Pull', 'command', { cancellable: true })
    const fixed = operations.start('Load', 'loading')
    const seen = [handle.isCancellable()]
    clock.set(clock.now() + 5_000)
    seen.push(handle.isCancellable())
    clock.set(clock.now() + 1)
    seen.push(handle.isCancellable(), fixed.isCancellable())
    handle.cancel()
    seen.push(handle.isCancellable())
    expect(seen).toEqual([false, false, true, false, false])
  })

  it('may be cancelled by a caller before five seconds are over, and its signal aborts', async () => {
    const { operations } = setUp()
    const { operation, signal } = operations.startWithSignal('Pull', 'command')
    await operations.cancel(operation.id)
    expect([signal.aborted, operations.get(operation.id)?.state, operations.get(operation.id)?.error]).toEqual([true, 'cancelled', null])
  })

  it('is cancelled with the signal it was started with', () => {
    const { operations } = setUp()
    const caller = new AbortController()
    const { operation, signal } = operations.startWithSignal('Pull', 'command', { signal: caller.signal })
    caller.abort('the app ends')
    expect([signal.reason, operations.get(operation.id)?.state]).toEqual(['the app ends', 'cancelled'])
  })

  it('lets go of the signal it was started with when it ends', () => {
    const { operations } = setUp()
    const { signal } = new AbortController()
    const handles = Array.from({ length: 3 }, () => operations.start('Pull', 'command', { signal }))
    const before = getEventListeners(signal, 'abort').length
    handles[0]!.complete()
    handles[1]!.complete({ code: 'X', message: 'No.' })
    handles[2]!.cancel()
    expect([before, getEventListeners(signal, 'abort').length]).toEqual([3, 0])
  })

  it('that is started with a signal which has aborted is cancelled at once', () => {
    const { operations } = setUp()
    const { operation, signal } = operations.startWithSignal('Pull', 'command', { signal: AbortSignal.abort() })
    expect([signal.aborted, operations.get(operation.id)?.state]).toEqual([true, 'cancelled'])
  })

  it('keeps whose part it is', () => {
    const { operations } = setUp()
    const parent = operations.start('Install', 'install')
    const child = operations.start('Unpack', 'install', { parent: parent.id })
    expect([operations.get(parent.id)?.parentId, operations.get(child.id)?.parentId]).toEqual([null, parent.id])
  })

  it('takes the message of progress that it does not take', () => {
    const { operations } = setUp()
    const handle = operations.start('Pull', 'command')
    handle.updateProgress(0.5, 'half')
    handle.updateProgress(0.2, 'again from a fifth')
    handle.updateProgress(0.6)
    expect(operations.get(handle.id)).toMatchObject({ progress: 0.6, message: 'again from a fifth' })
  })

  it('ends once: what comes after the first ending changes nothing', () => {
    const { operations } = setUp()
    const handle = operations.start('Pull', 'command')
    handle.cancel()
    handle.complete({ code: 'LATE', message: 'late' })
    handle.updateProgress(0.5, 'late')
    expect(operations.get(handle.id)).toMatchObject({ state: 'cancelled', error: null, progress: -1, message: '' })
  })

  it('measures its time until now, and to its end once it has ended', () => {
    const { operations, clock } = setUp()
    const handle = operations.start('Pull', 'command')
    clock.set(clock.now() + 700)
    const running = handle.durationMs()
    handle.complete()
    clock.set(clock.now() + 5_000)
    expect([running, handle.durationMs()]).toEqual([700, 700])
  })
})

describe('the panels', () => {
  it('show completed and cancelled operations in history, newest first, and failed ones as active', () => {
    const { operations, clock } = setUp()
    const [one, two, three] = ['one', 'two', 'three'].map((name) => operations.start(name, 'command'))
    one!.complete()
    clock.set(clock.now() + 1)
    two!.complete({ code: 'X', message: 'No.' })
    clock.set(clock.now() + 1)
    three!.cancel()
    expect({
      active: operations.active().map((operation) => operation.name),
      history: operations.history().map((operation) => operation.name),
      count: operations.activeCount(),
    }).toEqual({ active: ['two'], history: ['three', 'one'], count: 0 })
  })

  it('keep 100 in history: the 101st ending drops the oldest one, and no active or failed one', () => {
    const { operations, clock } = setUp()
    const active = operations.start('stays active', 'command')
    const failed = operations.start('stays failed', 'command')
    failed.complete({ code: 'X', message: 'No.' })
    for (let i = 1; i <= 101; i++) {
      clock.set(clock.now() + 1)
      operations.start(`op ${i}`, 'command').complete()
    }
    const history = operations.history().map((operation) => operation.name)
    expect([history.length, history[0], history.at(-1), operations.get(active.id)?.state, operations.get(failed.id)?.state]).toEqual([
      100,
      'op 101',
      'op 2',
      'active',
      'failed',
    ])
  })

  it('leave a cancelled operation cancelled when it is retried', async () => {
    const { operations } = setUp()
    const again = () => operations.start('Pull', 'command')
    const handle = operations.start('Pull', 'command', { retry: again })
    handle.cancel()
    await operations.retry(handle.id)
    expect(operations.get(handle.id)).toMatchObject({ state: 'cancelled', inHistory: true, canRetry: false })
  })

  it('take a failed operation to history when it is dismissed', async () => {
    const { operations } = setUp()
    const handle = operations.start('Pull', 'command')
    handle.complete({ code: 'X', message: 'No.' })
    await operations.dismiss(handle.id)
    expect([operations.active(), operations.history().map((operation) => operation.id)]).toEqual([[], [handle.id]])
  })

  it('refuse to dismiss what has not failed, to cancel what has ended, and what they do not know', async () => {
    const { operations } = setUp()
    const handle = operations.start('Pull', 'command')
    await expect(operations.dismiss(handle.id)).rejects.toMatchObject({ code: 'CONFLICT' })
    handle.complete()
    await expect(operations.cancel(handle.id)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(operations.cancel('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('retry', () => {
  it('starts a new operation with retryOf, takes the failed one to history, and works once', async () => {
    const { operations } = setUp()
    const startPull = (retryOf?: string) => operations.start('Pull', 'command', { retry: startPull, retryOf })
    const first = startPull()
    first.complete({ code: 'X', message: 'No.' })
    const second = await operations.retry(first.id)
    expect(second).toMatchObject({ state: 'active', retryOf: first.id })
    expect(operations.history().map((operation) => operation.id)).toEqual([first.id])
    await expect(operations.retry(first.id)).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})

describe('listeners', () => {
  it('hear of a change on a later microtask, with a frozen copy of what was committed', async () => {
    const { operations } = setUp()
    const heard: Operation[] = []
    operations.addListener((operation) => void heard.push(operation))
    const handle = operations.start('Pull', 'command')
    const atOnce = heard.length
    await settle()
    handle.complete()
    expect([atOnce, heard.length, heard[0]?.state, Object.isFrozen(heard[0])]).toEqual([0, 1, 'active', true])
  })

  it('are not harmed by one that throws', async () => {
    const { operations, logger } = setUp()
    const heard: string[] = []
    operations.addListener(() => {
      throw new Error('broken listener')
    })
    operations.addListener((operation) => void heard.push(operation.state))
    operations.start('Pull', 'command').complete()
    await settle()
    expect([heard, logger.error.mock.calls.length]).toEqual([['active', 'completed'], 2])
  })

  it('hear of what comes next although their promise for the one before was rejected', async () => {
    const { operations, logger } = setUp()
    const heard: string[] = []
    operations.addListener(async (operation) => {
      heard.push(operation.state)
      throw new Error('broken listener')
    })
    operations.start('Pull', 'command').complete()
    await settle()
    expect([heard, logger.error.mock.calls.length]).toEqual([['active', 'completed'], 2])
  })

  it('are not held up by one that takes its time, which itself misses no ending', async () => {
    const { operations } = setUp()
    const slow: string[] = []
    const quick: string[] = []
    let release = (): void => {}
    operations.addListener(async (operation) => {
      slow.push(operation.state)
      await new Promise<void>((resolve) => (release = resolve))
    })
    operations.addListener((operation) => void quick.push(operation.state))
    operations.start('Pull', 'command').complete()
    await settle()
    const before = [...slow]
    release()
    await settle()
    expect({ quick, before, slow }).toEqual({ quick: ['active', 'completed'], before: ['active'], slow: ['active', 'completed'] })
  })

  it('may cancel the very operation they hear of', async () => {
    const { operations } = setUp()
    const states: string[] = []
    operations.addListener((operation) => {
      states.push(operation.state)
      if (operation.state === 'active') void operations.cancel(operation.id)
    })
    operations.start('Pull', 'command', { cancellable: true })
    await settle()
    expect(states).toEqual(['active', 'cancelled'])
  })

  it('hear nothing more once they have unsubscribed, also from inside a call', async () => {
    const { operations } = setUp()
    let heard = 0
    const unsubscribe = operations.addListener(() => {
      heard++
      unsubscribe()
    })
    operations.start('Pull', 'command').complete()
    await settle()
    expect(heard).toBe(1)
  })

  it('hear of progress at most ten times a second, the newest value last, and of the ending at once', async () => {
    const { operations, clock } = setUp()
    const heard: number[] = []
    operations.addListener((operation) => void heard.push(operation.progress))
    const handle = operations.start('Pull', 'command')
    for (let i = 1; i <= 50; i++) handle.updateProgress(i / 100)
    await settle()
    const first = [...heard]
    await clock.advance(100)
    await settle()
    const second = [...heard]
    handle.updateProgress(0.6)
    handle.complete()
    await settle()
    expect([first, second, heard]).toEqual([[-1], [-1, 0.5], [-1, 0.5, 1]])
  })
})

describe('a restart', () => {
  it('brings ended operations back as they were, and active ones as failed with INTERRUPTED', async () => {
    const before = setUp()
    before.operations.start('was active', 'install')
    before.operations.start('was done', 'install').complete()
    await before.operations.flush()
    const after = setUp([...before.stored.values()])
    await after.operations.load()
    expect([after.operations.active(), after.operations.history()]).toMatchObject([
      [{ name: 'was active', state: 'failed', error: { code: 'INTERRUPTED' }, canRetry: false }],
      [{ name: 'was done', state: 'completed', progress: 1 }],
    ])
  })
})

describe('a history that cannot be stored', () => {
  it('is a line in the log and no more: operations go on, and what comes later is stored again', async () => {
    const { operations, stored, disk, logger } = setUp()
    disk.full = true
    const lost = operations.start('Pull', 'command')
    lost.complete()
    await operations.flush()
    disk.full = false
    const kept = operations.start('Push', 'command')
    await operations.flush()
    expect([operations.get(lost.id)?.state, [...stored.keys()]]).toEqual(['completed', [kept.id]])
    expect(logger.error).toHaveBeenCalledTimes(2)
  })
})

describe('the operation of a run', () => {
  const run = (change: Partial<RunSummary>): RunSummary =>
    ({
      id: 'r1',
      title: 'Fix it',
      status: 'running',
      startedAt: 5,
      endedAt: null,
      progress: 0.2,
      message: 'working',
      attempt: 1,
      maxAttempts: 3,
      lost: 0,
      outcome: null,
      error: null,
      dismissed: false,
      ...change,
    }) as RunSummary

  it('has the run’s id, is there from the first claim on, and is not stored', async () => {
    const { operations, stored } = setUp()
    operations.applyRun(run({ startedAt: null, status: 'queued' }))
    const before = operations.get('r1')
    operations.applyRun(run({}))
    await operations.flush()
    expect([before, operations.get('r1')?.runId, stored.size]).toEqual([null, 'r1', 0])
  })

  it('leaves the history like any other, without the store being asked to forget it', async () => {
    const { operations, disk } = setUp()
    operations.applyRun(run({ status: 'succeeded', endedAt: 9, progress: 1 }))
    const others = Array.from({ length: 101 }, () => operations.start('Pull', 'command'))
    for (const other of others) other.complete()
    await operations.flush()
    expect([operations.get('r1'), disk.deleted]).toEqual([null, [others[0]!.id]])
  })

  it('that was cancelled has no error', () => {
    const { operations } = setUp()
    operations.applyRun(run({ status: 'cancelled', outcome: 'cancelled', endedAt: 9 }))
    expect(operations.get('r1')).toMatchObject({ state: 'cancelled', error: null, inHistory: true, canRetry: true })
  })

  it('stays active while the run waits for another attempt, and says which one', () => {
    const { operations } = setUp()
    operations.applyRun(run({ status: 'scheduled', attempt: 2, message: '' }))
    expect(operations.get('r1')).toMatchObject({ state: 'active', message: 'attempt 2 of 3' })
  })

  it('asks the run itself for retry, cancel and dismiss', async () => {
    const { operations, runs } = setUp()
    operations.applyRun(run({}))
    await operations.cancel('r1')
    operations.applyRun(run({ status: 'failed', endedAt: 9, error: { code: 'X', message: 'No.' } }))
    await operations.dismiss('r1')
    await operations.retry('r1')
    expect([runs.cancel.mock.calls, runs.dismiss.mock.calls, runs.retry.mock.calls]).toEqual([[['r1']], [['r1']], [['r1']]])
  })

  it('leaves the active panel when the run is dismissed, and comes back when it runs again', () => {
    const { operations } = setUp()
    const panels: string[] = []
    for (const change of [
      { status: 'failed', endedAt: 9 },
      { status: 'failed', endedAt: 9, dismissed: true },
      { status: 'running' },
    ] as const) {
      operations.applyRun(run(change))
      panels.push(operations.get('r1')!.inHistory ? 'history' : 'active')
    }
    expect(panels).toEqual(['active', 'history', 'active'])
  })
})
