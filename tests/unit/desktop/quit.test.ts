import { setImmediate } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { createQuitter, quitQuestion, STOP_LIMIT_MS, type Stoppable } from '../../../src/main/desktop/quit.ts'

/** A quitter whose steps are written down; `answer` is what the person says, `stop` what the core does. */
async function setUp(
  options: { active?: number; answer?: boolean; stop?: () => Promise<void>; wait?: (ms: number) => Promise<void> } = {},
) {
  const told: string[] = []
  const core: Stoppable = {
    operations: { activeCount: () => options.active ?? 0 },
    stop: options.stop ?? (async () => void told.push('stopped')),
  }
  const quitter = createQuitter(
    Promise.resolve(core),
    {
      ask: async ({ message }) => {
        told.push(message)
        return options.answer ?? true
      },
      keepInTray: () => told.push('kept'),
      ending: () => told.push('ending'),
      exit: (code) => told.push(`exit ${code}`),
    },
    options.wait ?? (() => new Promise(() => {})),
  )
  // The quitter knows of a core one turn after it has started.
  await setImmediate()
  return { quitter, told }
}

test('a quit with nothing active stops the core and ends', async () => {
  const { quitter, told } = await setUp()
  await quitter.request()
  expect(told).toEqual(['ending', 'stopped', 'exit 0'])
})

test('a quit with active runs asks first', async () => {
  const { quitter, told } = await setUp({ active: 3 })
  await quitter.request()
  expect(told).toEqual(['3 runs are active', 'ending', 'stopped', 'exit 0'])
})

test('keeping the runs leaves everything open, and the next quit asks again', async () => {
  const { quitter, told } = await setUp({ active: 1, answer: false })
  await quitter.request()
  expect(quitter.isEnding).toBe(false)
  await quitter.request()
  expect(told).toEqual(['1 run is active', 'kept', '1 run is active', 'kept'])
})

test('a signal ends without a question, also while one is open', async () => {
  let answer = (_quits: boolean): void => {}
  const told: string[] = []
  const core: Stoppable = { operations: { activeCount: () => 2 }, stop: async () => {} }
  const quitter = createQuitter(
    Promise.resolve(core),
    {
      ask: () => new Promise((resolve) => (answer = resolve)),
      keepInTray: () => told.push('kept'),
      ending: () => told.push('ending'),
      exit: (code) => told.push(`exit ${code}`),
    },
    () => new Promise(() => {}),
  )
  const asking = quitter.request()
  await vi.waitFor(() => expect(answer.length).toBe(1), { timeout: 10_000 })
  await quitter.end()
  answer(false)
  await asking
  expect(told).toEqual(['ending', 'exit 0'])
})

test('asking twice is one quit', async () => {
  const { quitter, told } = await setUp()
  await Promise.all([quitter.request(), quitter.request(), quitter.end()])
  expect(told.filter((step) => step === 'ending')).toHaveLength(1)
})

test('a core that does not stop is left behind after the limit', async () => {
  const waited: number[] = []
  const { quitter, told } = await setUp({ stop: () => new Promise(() => {}), wait: async (ms) => void waited.push(ms) })
  await quitter.end()
  expect(waited).toEqual([STOP_LIMIT_MS])
  expect(told).toEqual(['ending', 'exit 1'])
  expect(quitter.isGone).toBe(true)
})

test('a core that fails to stop does not hold the app', async () => {
  const { quitter, told } = await setUp({ stop: () => Promise.reject(new Error('no')) })
  await quitter.request()
  expect(told).toEqual(['ending', 'exit 1'])
})

test('an end while the core is still starting stops it once it is there', async () => {
  const told: string[] = []
  const steps = {
    ask: async () => true,
    keepInTray: () => {},
    ending: () => told.push('ending'),
    exit: (code: number) => told.push(`exit ${code}`),
  }
  const { promise, resolve } = Promise.withResolvers<Stoppable>()
  const quitting = createQuitter(promise, steps, () => new Promise(() => {})).request()
  resolve({ operations: { activeCount: () => 5 }, stop: async () => void told.push('stopped') })
  await quitting
  expect(told).toEqual(['ending', 'stopped', 'exit 0'])
})

test('a core that could not start does not hold the app, and its end is a failure', async () => {
  const told: string[] = []
  const steps = {
    ask: async () => true,
    keepInTray: () => {},
    ending: () => told.push('ending'),
    exit: (code: number) => told.push(`exit ${code}`),
  }
  await createQuitter(Promise.reject(new Error('no')), steps, () => new Promise(() => {})).end()
  expect(told).toEqual(['ending', 'exit 1'])
})

test('the question offers to hand back or to keep running', () => {
  expect(quitQuestion(1).buttons).toEqual(['Quit and hand them back', 'Keep running in the tray'])
})
