import { beforeEach, expect, test } from 'vitest'
import { createSupervisor, type Worker, type WorkerContext, type WorkerStatus } from '../../../src/main/supervision/index.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

let clock: ManualClock
beforeEach(() => {
  clock = createManualClock()
})

/** A worker whose every move is told by the test; `log` holds what the supervisor asked of it. */
function createPuppet(name = 'puppet', stop: () => Promise<void> = async () => {}) {
  const log: string[] = []
  const contexts: WorkerContext[] = []
  const worker: Worker = {
    name,
    start(context) {
      log.push('start')
      contexts.push(context)
    },
    stop() {
      log.push('stop')
      return stop()
    },
  }
  return { worker, log, contexts, context: () => contexts.at(-1)! }
}

const never = () => new Promise<void>(() => {})

/** Moves time to the worker's next start. */
const toNextTry = async (status: WorkerStatus) => clock.advance(status.nextTryAt! - clock.now())

test('a crashed worker is cleared away and started again after a pause of at least a second', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker)
  supervisor.start()
  await clock.advance(0)
  puppet.context().ready()
  puppet.context().crashed(new Error('out of memory'))
  const [waiting] = supervisor.list()
  expect(waiting).toMatchObject({ name: 'puppet', state: 'waiting', breaker: 'closed', restarts: 0, lastError: 'out of memory' })
  expect(waiting!.nextTryAt! - clock.now()).toBeGreaterThanOrEqual(SECOND)
  await toNextTry(waiting!)
  expect(puppet.log).toEqual(['start', 'stop', 'start'])
  expect(supervisor.list()[0]).toMatchObject({ state: 'starting', restarts: 1, nextTryAt: null })
})

test('a start that throws counts as a crash', async () => {
  const supervisor = createSupervisor({ clock })
  supervisor.add({
    name: 'broken',
    start: () => {
      throw new Error('no such file')
    },
    stop: async () => {},
  })
  supervisor.start()
  await clock.advance(0)
  expect(supervisor.list()[0]).toMatchObject({ state: 'waiting', lastError: 'no such file' })
})

test('reports of an earlier start change nothing', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker)
  supervisor.start()
  await clock.advance(0)
  puppet.context().crashed('first')
  await toNextTry(supervisor.list()[0]!)
  puppet.contexts[0]!.ready()
  puppet.contexts[0]!.crashed('late')
  expect(supervisor.list()[0]).toMatchObject({ state: 'starting', lastError: 'first' })
})

test('a stable run starts the back-off over', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { maxRestarts: 100 })
  supervisor.start()
  await clock.advance(0)
  for (let n = 0; n < 12; n += 1) {
    puppet.context().crashed('again')
    await toNextTry(supervisor.list()[0]!)
  }
  puppet.context().ready()
  await clock.advance(30 * SECOND)
  puppet.context().crashed('once more')
  expect(supervisor.list()[0]!.nextTryAt! - clock.now()).toBeLessThan(3 * SECOND)
})

test('a worker that crashes every 31 seconds opens its breaker at the sixth crash, stable as each run was', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker)
  supervisor.start()
  await clock.advance(0)
  const states: string[] = []
  for (let n = 0; n < 6; n += 1) {
    puppet.context().ready()
    await clock.advance(31 * SECOND)
    puppet.context().crashed('again')
    states.push(supervisor.list()[0]!.state)
    if (n < 5) await toNextTry(supervisor.list()[0]!)
  }
  expect(states).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'open'])
  expect(supervisor.list()[0]!.nextTryAt).toBe(clock.now() + MINUTE)
})

test('a worker that crashes every 119 seconds never opens its breaker', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker)
  supervisor.start()
  await clock.advance(0)
  for (let n = 0; n < 20; n += 1) {
    puppet.context().ready()
    await clock.advance(119 * SECOND)
    puppet.context().crashed('again')
    expect(supervisor.list()[0]!.state).toBe('waiting')
    await toNextTry(supervisor.list()[0]!)
  }
})

test('an open breaker tries once a minute, then less and less often, and closes after a stable run', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { critical: true, maxRestarts: 0 })
  supervisor.start()
  await clock.advance(0)
  const pauses: number[] = []
  for (let n = 0; n < 5; n += 1) {
    puppet.context().crashed('again')
    pauses.push(supervisor.list()[0]!.nextTryAt! - clock.now())
    expect({ breaker: supervisor.list()[0]!.breaker, degraded: supervisor.degraded() }).toEqual({ breaker: 'open', degraded: true })
    await toNextTry(supervisor.list()[0]!)
    expect(supervisor.list()[0]!.breaker).toBe('half-open')
  }
  expect(pauses).toEqual([1, 2, 4, 5, 5].map((minutes) => minutes * MINUTE))
  puppet.context().ready()
  await clock.advance(29 * SECOND)
  expect(supervisor.degraded()).toBe(true)
  await clock.advance(SECOND)
  expect({ breaker: supervisor.list()[0]!.breaker, degraded: supervisor.degraded() }).toEqual({ breaker: 'closed', degraded: false })
})

test('a worker that is not critical never degrades the host', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { maxRestarts: 0 })
  supervisor.start()
  await clock.advance(0)
  puppet.context().crashed('again')
  expect({ state: supervisor.list()[0]!.state, degraded: supervisor.degraded() }).toEqual({ state: 'open', degraded: false })
})

test('a reset closes the breaker and starts the worker at once', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { critical: true, maxRestarts: 0 })
  supervisor.start()
  await clock.advance(0)
  puppet.context().crashed('again')
  supervisor.reset('puppet')
  await clock.advance(0)
  expect(supervisor.list()[0]).toMatchObject({ state: 'starting', breaker: 'closed', nextTryAt: null })
  expect(puppet.log).toEqual(['start', 'stop', 'start'])
  expect(() => supervisor.reset('nobody')).toThrow('There is no worker named "nobody".')
})

test('a start that hangs counts as a crash', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { startTimeoutMs: 20 * SECOND })
  supervisor.start()
  await clock.advance(20 * SECOND)
  expect(supervisor.list()[0]).toMatchObject({ state: 'waiting', lastError: 'It did not start within 20 s.' })
  expect(puppet.log).toEqual(['start', 'stop'])
})

test('a stop that hangs after a crash is given up and counted, and only then the worker is started again', async () => {
  const puppet = createPuppet('puppet', never)
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { stopTimeoutMs: 40 * SECOND, maxRestarts: 2 })
  supervisor.start()
  await clock.advance(0)
  puppet.context().crashed('first')
  await clock.advance(39 * SECOND)
  expect(puppet.log).toEqual(['start', 'stop'])
  await clock.advance(SECOND)
  expect(puppet.log).toEqual(['start', 'stop', 'start'])
  expect(supervisor.list()[0]).toMatchObject({
    state: 'starting',
    abandoned: 1,
    lastError: expect.stringContaining('did not stop within 40 s'),
  })
  puppet.context().crashed('third, with the stop')
  expect(supervisor.list()[0]).toMatchObject({ state: 'open' })
})

test('stopping ends workers in reverse order, each before the next', async () => {
  const order: string[] = []
  const make = (name: string) =>
    createPuppet(name, async () => {
      order.push(name)
    }).worker
  const supervisor = createSupervisor({ clock })
  for (const name of ['store', 'sweeper', 'pool']) supervisor.add(make(name))
  supervisor.start()
  await clock.advance(0)
  await supervisor.stop()
  expect(order).toEqual(['pool', 'sweeper', 'store'])
  expect(supervisor.list().map((worker) => worker.state)).toEqual(['stopped', 'stopped', 'stopped'])
  expect(clock.timers).toBe(0)
})

test('a stop that hangs does not keep the others from stopping', async () => {
  const supervisor = createSupervisor({ clock })
  supervisor.add(createPuppet('good').worker)
  supervisor.add(createPuppet('bad', never).worker, { stopTimeoutMs: 5 * SECOND })
  supervisor.start()
  await clock.advance(0)
  const stopped = supervisor.stop()
  await clock.advance(5 * SECOND)
  await stopped
  expect(supervisor.list().map(({ name, state, abandoned }) => ({ name, state, abandoned }))).toEqual([
    { name: 'good', state: 'stopped', abandoned: 0 },
    { name: 'bad', state: 'stopped', abandoned: 1 },
  ])
})

test('a worker waiting for its next start stays stopped after a stop', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker)
  supervisor.start()
  await clock.advance(0)
  puppet.context().crashed('again')
  await supervisor.stop()
  await clock.advance(10 * MINUTE)
  expect({ state: supervisor.list()[0]!.state, log: puppet.log }).toEqual({ state: 'stopped', log: ['start', 'stop'] })
})

test('a clock that jumps back does not start a worker early', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { maxRestarts: 0 })
  supervisor.start()
  await clock.advance(0)
  puppet.context().crashed('again')
  const due = supervisor.list()[0]!.nextTryAt!
  clock.set(due - 1)
  await clock.advance(0)
  expect(supervisor.list()[0]!.state).toBe('open')
  await clock.advance(1)
  expect(supervisor.list()[0]!.state).toBe('starting')
})

test('a clock that was set back by hours does not keep a worker waiting for hours', async () => {
  const puppet = createPuppet()
  // As on a machine: timers go by a clock of their own, which nobody sets.
  let setBack = 0
  const supervisor = createSupervisor({ clock: { now: () => clock.now() - setBack, after: (ms, run) => clock.after(ms, run) } })
  supervisor.add(puppet.worker, { maxRestarts: 0 })
  supervisor.start()
  await clock.advance(0)
  puppet.context().crashed('again')
  setBack = 5 * 60 * MINUTE
  await clock.advance(MINUTE)
  expect(supervisor.list()[0]!.state).toBe('starting')
})

test('a reset in the middle of a trial closes the breaker at once, and the next crash is the first of a new window', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { critical: true, maxRestarts: 1 })
  supervisor.start()
  await clock.advance(0)
  for (let n = 0; n < 2; n += 1) {
    puppet.context().crashed('again')
    await toNextTry(supervisor.list()[0]!)
  }
  expect(supervisor.list()[0]).toMatchObject({ state: 'starting', breaker: 'half-open' })
  supervisor.reset('puppet')
  expect([supervisor.list()[0], supervisor.degraded()]).toMatchObject([{ state: 'starting', breaker: 'closed', restarts: 2 }, false])
  puppet.context().ready()
  puppet.context().crashed('first')
  expect(supervisor.list()[0]).toMatchObject({ state: 'waiting', breaker: 'closed' })
  expect(supervisor.list()[0]!.nextTryAt! - clock.now()).toBeLessThan(3 * SECOND)
  await toNextTry(supervisor.list()[0]!)
  puppet.context().crashed('second')
  expect(supervisor.list()[0]).toMatchObject({ state: 'open', nextTryAt: clock.now() + MINUTE })
  expect(puppet.log.filter((line) => line === 'start')).toHaveLength(4)
})

test('a start that hangs on trial opens the breaker for twice as long, and what comes of it later is not heard', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { maxRestarts: 0, startTimeoutMs: 20 * SECOND })
  supervisor.start()
  await clock.advance(0)
  puppet.context().crashed('again')
  await toNextTry(supervisor.list()[0]!)
  const abandoned = puppet.context()
  await clock.advance(20 * SECOND)
  const expected = { state: 'open', breaker: 'open', hung: true, abandoned: 1, nextTryAt: clock.now() + 2 * MINUTE }
  expect(supervisor.list()[0]).toMatchObject(expected)
  abandoned.ready()
  abandoned.crashed('much later')
  expect(supervisor.list()[0]).toMatchObject({ ...expected, lastError: 'It did not start within 20 s.' })
  await toNextTry(supervisor.list()[0]!)
  abandoned.ready()
  expect(supervisor.list()[0]).toMatchObject({ state: 'starting', breaker: 'half-open', hung: false })
})

test('a pool has one worker for each slot, each with a life of its own', async () => {
  const puppets: ReturnType<typeof createPuppet>[] = []
  const supervisor = createSupervisor({ clock })
  supervisor.start()
  supervisor.add(
    () => {
      puppets.push(createPuppet('executor'))
      return puppets.at(-1)!.worker
    },
    { poolSize: 3 },
  )
  await clock.advance(0)
  puppets[1]!.context().crashed('again')
  expect(supervisor.list().map(({ name, state }) => `${name} ${state}`)).toEqual([
    'executor 1 starting',
    'executor 2 waiting',
    'executor 3 starting',
  ])
})

test('two workers of one name are refused, and so is one worker for several slots', () => {
  const supervisor = createSupervisor({ clock })
  supervisor.add(createPuppet().worker)
  expect(() => supervisor.add(createPuppet().worker)).toThrow('There is a worker named "puppet" already')
  expect(() => supervisor.add(createPuppet('pool').worker, { poolSize: 2 })).toThrow('Pass a function')
})

test('listeners hear of changes afterwards and together, and a failing one harms nobody', async () => {
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker)
  const heard: string[] = []
  supervisor.subscribe(() => {
    throw new Error('broken listener')
  })
  const unsubscribe = supervisor.subscribe(([worker]) => heard.push(worker!.state))
  supervisor.start()
  await clock.advance(0)
  puppet.context().ready()
  puppet.context().crashed('again')
  expect(heard).toEqual(['stopped', 'starting'])
  await clock.advance(0)
  expect(heard).toEqual(['stopped', 'starting', 'waiting'])
  unsubscribe()
  await supervisor.stop()
  expect(heard).toEqual(['stopped', 'starting', 'waiting'])
})
