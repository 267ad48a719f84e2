import { expect, it } from 'vitest'
import { createOutputLog } from '../../../src/main/ops/output-log.ts'
import { createManualClock } from '../../support/manual-clock.ts'

function scene() {
  const clock = createManualClock()
  const events: string[] = []
  const messages: (string | undefined)[] = []
  const log = createOutputLog(
    { emit: ({ level, message }) => events.push(`${level} ${message}`), progress: (_value, message) => messages.push(message) },
    clock,
  )
  return { clock, events, messages, log }
}

it('lines that come together are one event, and an open line waits for its end', async () => {
  const { clock, events, messages, log } = scene()
  log.write('out', Buffer.from('one\ntwo\nthr'))
  await clock.advance(100)
  expect([events, messages]).toEqual([['info one\ntwo'], ['two']])
  log.write('out', Buffer.from('ee\n'))
  log.end()
  expect(events.at(-1)).toBe('info three')
})

it('both channels keep the order of their lines, and what is said on stderr is a warning', () => {
  const { events, log } = scene()
  log.write('out', Buffer.from('a\n'))
  log.write('err', Buffer.from('b\n'))
  log.write('out', Buffer.from('c'))
  log.end()
  expect([events, log.tail()]).toEqual([['info a', 'warn b', 'info c'], 'a\nb\nc'])
})

it('a letter that arrives in two pieces stays one', () => {
  const { events, log } = scene()
  const bytes = Buffer.from('grün\n')
  log.write('out', bytes.subarray(0, 3))
  log.write('out', bytes.subarray(3))
  log.end()
  expect(events).toEqual(['info grün'])
})

it('a line without end is cut before it fills the memory', () => {
  const { events, log } = scene()
  for (let i = 0; i < 10; i++) log.write('out', Buffer.from('x'.repeat(10_000)))
  log.end()
  expect([Math.max(...events.map(({ length }) => length)) < 40_000, events.join('').replaceAll('info ', '').length]).toEqual([
    true,
    100_000,
  ])
})

it('leaves no timer behind', () => {
  const { clock, log } = scene()
  log.write('out', Buffer.from('a\n'))
  log.end()
  expect(clock.timers).toBe(0)
})

it('of a very long output the first part and the end are kept, and what is missing is told', async () => {
  const { clock, events, messages, log } = scene()
  const line = `${'x'.repeat(1_023)}\n`
  for (let i = 0; i < 12 * 1_024; i++) log.write('out', Buffer.from(line))
  log.write('out', Buffer.from('nearly done\n'))
  await clock.advance(100)
  expect([log.full, messages.at(-1)]).toEqual([true, 'nearly done'])
  log.write('out', Buffer.from('done\n'))
  log.end()
  expect(events.join('').length).toBeLessThan(10.1 * 1_024 ** 2)
  expect(events.at(-2)).toBe('warn More than 10 MiB of output: of the rest only the end is kept.')
  expect(events.at(-1)).toMatch(/^info … x[\s\S]*\nnearly done\ndone$/)
  expect(clock.timers).toBe(0)
})
