import { expect, test } from 'vitest'
import { createSupervisor, type Worker, type WorkerContext, type WorkerStatus } from '../../../src/main/supervision/index.ts'
import { createManualClock } from '../../support/manual-clock.ts'

/** A worker that reports only what the test has it report. */
function createPuppet() {
  const contexts: WorkerContext[] = []
  const worker: Worker = { name: 'puppet', start: (context) => void contexts.push(context), stop: async () => {} }
  return { worker, context: () => contexts.at(-1)! }
}

test('what a listener is given is a frozen copy', async () => {
  const clock = createManualClock()
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker)
  let told: readonly WorkerStatus[] = []
  supervisor.subscribe((workers) => {
    told = workers
  })
  supervisor.start()
  await clock.advance(0)
  expect([Object.isFrozen(told), told.every(Object.isFrozen)]).toEqual([true, true])
  expect(() => Object.assign(told[0]!, { state: 'stopped' })).toThrow(TypeError)
  const before = told[0]!.state
  puppet.context().ready()
  await clock.advance(0)
  expect([before, told[0]!.state]).toEqual(['starting', 'running'])
})

test('a listener is called outside of everything, and may do from there what anyone may', async () => {
  const clock = createManualClock()
  const puppet = createPuppet()
  const supervisor = createSupervisor({ clock })
  supervisor.add(puppet.worker, { maxRestarts: 0 })
  const seen: string[] = []
  let inside = false
  supervisor.subscribe(([worker]) => {
    expect(inside).toBe(false)
    expect(supervisor.status('puppet')).toEqual(worker)
    seen.push(worker!.state)
    // The breaker is reset from where its opening is told.
    if (worker!.state === 'open') supervisor.reset('puppet')
  })
  const guarded = (act: () => void): void => {
    inside = true
    act()
    inside = false
  }
  guarded(() => supervisor.start())
  await clock.advance(0)
  guarded(() => puppet.context().ready())
  await clock.advance(0)
  guarded(() => puppet.context().crashed(new Error('again')))
  await clock.advance(0)
  expect(seen).toEqual(['stopped', 'starting', 'running', 'open', 'starting'])
  await supervisor.stop()
})
