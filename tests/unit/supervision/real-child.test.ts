import { afterEach, describe, expect, test, vi } from 'vitest'
import { type ChildHandle, killTree, startProcess } from '../../../src/main/platform/index.ts'
import { createSupervisor, type Supervisor, type Worker, type WorkerOptions } from '../../../src/main/supervision/index.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** A real process that dies of a line on its input, with how often it was started. */
function createChild(clock: ManualClock) {
  const children: ChildHandle[] = []
  const worker: Worker = {
    name: 'child',
    start({ ready, crashed }) {
      const child = startProcess({ command: '/bin/sh', args: ['-c', 'echo up; read line; exit 7'], stdin: 'pipe' })
      children.push(child)
      child.stdout.once('data', ready)
      void child.exited.then(({ code }) => crashed(new Error(`exit code ${code}`)))
    },
    async stop() {
      await killTree({ identity: children.at(-1)!.identity }, { clock, graceMs: 0 })
    },
  }
  return { worker, children, crash: () => children.at(-1)!.stdin!.end('now\n') }
}

let supervisor: Supervisor
afterEach(() => supervisor.stop())

function superviseChild(options?: Partial<WorkerOptions>) {
  const clock = createManualClock()
  const child = createChild(clock)
  supervisor = createSupervisor({ clock })
  supervisor.add(child.worker, options)
  supervisor.start()
  const status = () => supervisor.status('child')
  const until = (state: string) => vi.waitFor(() => expect(status().state).toBe(state), { timeout: 10_000, interval: 5 })
  /** One crash at a moment of the clock. Returns the state that it leads to. */
  const crashAt = async (at: number): Promise<string> => {
    if (status().nextTryAt !== null) await clock.advance(status().nextTryAt! - clock.now())
    await until('running')
    await clock.advance(at - clock.now())
    child.crash()
    await vi.waitFor(() => expect(status().state).not.toBe('running'), { timeout: 10_000, interval: 5 })
    return status().state
  }
  return { clock, child, status, until, crashAt }
}

describe('a real process that crashes', () => {
  test('a second after each start opens its breaker exactly at the sixth crash', async () => {
    const { clock, child, status, crashAt } = superviseChild()
    const states: string[] = []
    for (let n = 1; n <= 6; n += 1) {
      states.push(await crashAt(Math.max(clock.now(), status().nextTryAt ?? 0) + SECOND))
    }
    expect(states).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'open'])
    expect(status()).toMatchObject({ breaker: 'open', restarts: 5, lastError: 'exit code 7', nextTryAt: clock.now() + MINUTE })
    expect(new Set(child.children.map(({ pid }) => pid)).size).toBe(6)
  })

  test('every 31 seconds opens its breaker exactly at the sixth crash, stable as each run was', async () => {
    const { clock, status, crashAt } = superviseChild({ stableRunMs: 20 * SECOND })
    const begun = clock.now()
    const states: string[] = []
    for (let n = 1; n <= 6; n += 1) states.push(await crashAt(begun + n * 31 * SECOND))
    expect(states).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'open'])
    expect(status()).toMatchObject({ breaker: 'open', restarts: 5 })
  })

  test('every 130 seconds never opens its breaker', async () => {
    const { clock, status, crashAt } = superviseChild()
    const begun = clock.now()
    for (let n = 1; n <= 12; n += 1) expect(await crashAt(begun + n * 130 * SECOND)).toBe('waiting')
    expect(status()).toMatchObject({ breaker: 'closed', restarts: 11 })
  })

  test('too often is brought back by a reset, and by the trial after a minute', async () => {
    const { clock, status, until, crashAt } = superviseChild({ maxRestarts: 0 })
    expect(await crashAt(clock.now() + SECOND)).toBe('open')
    supervisor.reset('child')
    await until('running')
    expect(status()).toMatchObject({ breaker: 'closed' })
    expect(await crashAt(clock.now() + SECOND)).toBe('open')
    await clock.advance(MINUTE)
    await until('running')
    expect(status()).toMatchObject({ breaker: 'half-open' })
    await clock.advance(30 * SECOND)
    expect(status()).toMatchObject({ breaker: 'closed' })
  })
})

describe('a lazy worker', () => {
  test('starts with its first need and not with the others, and again after it was stopped', async () => {
    const { child, status, until } = superviseChild({ lazy: true })
    await until('stopped')
    expect(child.children).toHaveLength(0)
    supervisor.need('child')
    supervisor.need('child')
    await until('running')
    await supervisor.stopOne('child')
    expect([status().state, child.children.length]).toEqual(['stopped', 1])
    supervisor.need('child')
    await until('running')
    expect(child.children).toHaveLength(2)
  })

  test('is started again by itself after a crash', async () => {
    const { clock, child, status, until, crashAt } = superviseChild({ lazy: true })
    supervisor.need('child')
    expect(await crashAt(clock.now() + SECOND)).toBe('waiting')
    await clock.advance(status().nextTryAt! - clock.now())
    await until('running')
    expect(child.children).toHaveLength(2)
  })
})

test('a start that hangs is reported, given up and counted; so is a stop', async () => {
  const clock = createManualClock()
  supervisor = createSupervisor({ clock })
  const stops: (() => void)[] = []
  supervisor.add(
    { name: 'mute', start: () => {}, stop: () => new Promise<void>((resolve) => stops.push(resolve)) },
    { startTimeoutMs: 20 * SECOND, stopTimeoutMs: 5 * SECOND },
  )
  supervisor.start()
  await clock.advance(20 * SECOND)
  expect(supervisor.status('mute')).toMatchObject({
    state: 'waiting',
    hung: true,
    abandoned: 1,
    lastError: 'It did not start within 20 s.',
  })
  await clock.advance(5 * SECOND)
  expect(supervisor.status('mute')).toMatchObject({ abandoned: 2, lastError: expect.stringContaining('did not stop within 5 s') })
  // Two crashes of six are counted: four more hanging starts open the breaker.
  for (let n = 0; n < 2; n += 1) {
    await clock.advance(Math.max(0, (supervisor.status('mute').nextTryAt ?? 0) - clock.now()))
    await clock.advance(20 * SECOND + 5 * SECOND)
  }
  expect(supervisor.status('mute').breaker).toBe('closed')
  await clock.advance(Math.max(0, (supervisor.status('mute').nextTryAt ?? 0) - clock.now()))
  await clock.advance(20 * SECOND)
  expect(supervisor.status('mute')).toMatchObject({ state: 'open', breaker: 'open' })
  for (const stop of stops) stop()
})
