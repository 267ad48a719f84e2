import { setImmediate as settle } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type ChildHandle, findMarked, isAlive, newId, silentLogger, startProcess } from '../../../src/main/platform/index.ts'
import { createStopLadder } from '../../../src/main/workers/stop-ladder.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { failOnLeftovers } from '../../support/temp.ts'

failOnLeftovers()

function setUp() {
  const clock = createManualClock()
  const attemptId = newId()
  const ladder = createStopLadder({ attemptId, clock, logger: silentLogger })
  let overdue = false
  void ladder.overdue.then(() => {
    overdue = true
  })
  /** A process of the attempt; resolves once it is up. */
  const start = async (script: string): Promise<ChildHandle> => {
    const child = startProcess({
      command: 'bash',
      args: ['-c', `${script}; echo up; sleep 300 & wait; sleep 300`],
      env: { RUN_ATTEMPT_ID: attemptId },
    })
    child.stderr.resume()
    await new Promise((up) => child.stdout.once('data', up))
    onTestFinished(() => {
      if (isAlive(child.identity)) process.kill(child.pid, 'SIGKILL')
    })
    return child
  }
  const left = (): number => findMarked({ name: 'RUN_ATTEMPT_ID', value: attemptId }).length
  return { clock, ladder, start, left, isOverdue: () => overdue }
}

describe('the stop ladder', () => {
  it('tells the op first, and leaves its processes alone for five seconds', async () => {
    const { clock, ladder, start, left } = setUp()
    await start('true')
    ladder.stop('killed')
    expect([ladder.signal.reason, ladder.killSignal()]).toEqual(['killed', 'SIGTERM'])
    await clock.advance(4_999)
    expect(left()).toBeGreaterThan(0)
    await clock.advance(1)
    await vi.waitFor(() => expect(left()).toBe(0), { timeout: 5_000 })
    expect(await ladder.finish(false)).toBe('term')
  })

  it('ends by SIGKILL what ignores the signal', async () => {
    const { clock, ladder, start, left } = setUp()
    await start('trap "" TERM INT')
    ladder.stop('cancelled')
    await clock.advance(5_000)
    await settle()
    expect(left()).toBeGreaterThan(0)
    await vi.waitFor(
      async () => {
        await clock.advance(1_000)
        expect(left()).toBe(0)
      },
      { timeout: 10_000 },
    )
    expect(await ladder.finish(false)).toBe('kill')
  })

  it('begins with SIGKILL when that was asked for, also after something milder', async () => {
    const { ladder, start, left } = setUp()
    await start('trap "" TERM INT')
    ladder.stop('cancelled')
    expect(left()).toBeGreaterThan(0)
    ladder.stop('killed', 'SIGKILL')
    await vi.waitFor(() => expect(left()).toBe(0), { timeout: 5_000 })
    expect([ladder.signal.reason, await ladder.finish(false)]).toEqual(['cancelled', 'kill'])
  })

  it('says that an op which left nothing ended by itself, and counts what the op did', async () => {
    const alone = setUp()
    alone.ladder.stop('killed')
    const helped = setUp()
    helped.ladder.stop('killed')
    helped.ladder.note('term')
    helped.ladder.note('cooperative')
    const untold = setUp()
    expect([await alone.ladder.finish(false), await helped.ladder.finish(false), await untold.ladder.finish(false)]).toEqual([
      'cooperative',
      'term',
      null,
    ])
  })

  it('leaves an op behind that ends neither by itself nor with its processes', async () => {
    const { clock, ladder, isOverdue } = setUp()
    ladder.stop('killed')
    await clock.advance(5_000)
    await vi.waitFor(() => expect(clock.timers).toBe(1), { timeout: 5_000 })
    await clock.advance(4_999)
    expect(isOverdue()).toBe(false)
    await clock.advance(1)
    await settle()
    expect([isOverdue(), await ladder.finish(true)]).toEqual([true, 'fenced'])
  })

  it('clears strays of an attempt that nobody told to stop', async () => {
    const { ladder, start, left } = setUp()
    await start('true')
    expect([await ladder.finish(false), left()]).toEqual([null, 0])
  })
})
