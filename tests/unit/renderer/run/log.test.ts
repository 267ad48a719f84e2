import { describe, expect, it } from 'vitest'
import { createLogBuffer, filterLog, isOpenFilter } from '../../../../src/renderer/features/run/feed/log-buffer.ts'
import { eventLines, formatLogLine, splitLines } from '../../../../src/renderer/features/run/feed/log-lines.ts'
import { eventMaker } from './events.ts'

describe('splitting output into lines', () => {
  it('splits at line breaks of both kinds and adds no line for the last one', () => {
    expect(splitLines('a\nb\r\nc\n')).toEqual(['a', 'b', 'c'])
  })

  it('keeps empty lines in the middle', () => {
    expect(splitLines('a\n\nb')).toEqual(['a', '', 'b'])
  })

  it('shows what a carriage return left standing, as a terminal does', () => {
    expect(splitLines('10 %\r50 %\r100 %\ndone\r')).toEqual(['100 %', 'done'])
  })

  it('makes one line of nothing', () => {
    expect(splitLines('')).toEqual([''])
  })
})

describe('events as log lines', () => {
  it('marks the first line of each event', () => {
    const event = eventMaker()
    expect(eventLines(event('log', { message: 'one\ntwo\n' })).map(({ text, first }) => [text, first])).toEqual([
      ['one', true],
      ['two', false],
    ])
  })

  it('tells a command with its time, its output and what went wrong', () => {
    const event = eventMaker()
    const data = {
      tool: 'bash',
      status: 'error',
      title: 't',
      input: { command: 'npm test' },
      output: 'a\nb',
      error: 'exit 1',
      startedAt: 0,
      endedAt: 2_500,
    }
    expect(eventLines(event('tool', { level: 'error', data })).map((line) => line.text)).toEqual([
      'bash npm test (2.5 s)',
      'a',
      'b',
      'exit 1',
    ])
  })

  it('leaves out what reading tools gave back', () => {
    const event = eventMaker()
    expect(
      eventLines(event('tool', { data: { tool: 'read', title: 'a.ts', input: {}, output: 'x\ny' } })).map((line) => line.text),
    ).toEqual(['read a.ts'])
  })

  it('finds words for every kind of event', () => {
    const event = eventMaker()
    const texts = [
      event('prompt', { data: { text: 'do it' } }),
      event('files', { data: { files: ['a', 'b'] } }),
      event('todos', {
        data: {
          todos: [
            { content: 'x', status: 'completed' },
            { content: 'y', status: 'pending' },
          ],
        },
      }),
      event('usage', { data: { cost: 0.25, tokens: { input: 10, output: 5 } } }),
      event('provider.retry', { data: { attempt: 2, message: 'overloaded', nextAt: 5 } }),
      event('my-own', { data: { a: 1 } }),
    ].map((each) => eventLines(each).map((line) => line.text))
    expect(texts).toEqual([['do it'], ['a, b'], ['[x] x', '[ ] y'], ['15 tokens, $0.2500'], ['overloaded'], ['{"a":1}']])
  })

  it('writes a line to copy with time, level and kind, without colours', () => {
    const event = eventMaker()
    const [line] = eventLines(event('log', { at: 0, level: 'warn', message: '\u001b[33mcareful\u001b[0m' }))
    expect(formatLogLine(line!)).toBe('1970-01-01T00:00:00.000Z warn  log        careful')
  })
})

describe('the log of a run', () => {
  it('lets the oldest lines go beyond its limit and counts them', () => {
    const event = eventMaker()
    const log = createLogBuffer(10)
    for (let i = 0; i < 12; i++) log.append([event('log', { message: `line ${i}` })])
    expect([log.dropped, log.lines.length, log.lines[0]?.text]).toEqual([2, 10, 'line 2'])
  })

  it('filters by level and by text whatever the case', () => {
    const event = eventMaker()
    const log = createLogBuffer()
    log.append([
      event('log', { message: 'Alpha' }),
      event('log', { message: 'beta', level: 'warn' }),
      event('log', { message: 'ALPHA again', level: 'error' }),
    ])
    expect(filterLog(log, { level: 'warn', text: '' }).numbers).toEqual([1, 2])
    expect(filterLog(log, { level: 'debug', text: 'alpha' }).numbers).toEqual([0, 2])
    expect(isOpenFilter({ level: 'debug', text: ' ' })).toBe(true)
  })

  it('looks only at new lines when the filter is the same, and forgets lines that were let go', () => {
    const event = eventMaker()
    const log = createLogBuffer(10)
    log.append(Array.from({ length: 10 }, (_, i) => event('log', { message: i % 2 === 0 ? 'even' : 'odd' })))
    const filter = { level: 'debug', text: 'even' } as const
    const first = filterLog(log, filter)
    expect(filterLog(log, filter, first)).toBe(first)
    log.append([event('log', { message: 'even' })])
    const second = filterLog(log, filter, first)
    expect([second.numbers, second.next, log.dropped]).toEqual([[2, 4, 6, 8, 10], 11, 1])
  })

  it('starts over with another filter', () => {
    const event = eventMaker()
    const log = createLogBuffer()
    log.append([event('log', { message: 'a' }), event('log', { message: 'b' })])
    const first = filterLog(log, { level: 'debug', text: 'a' })
    expect(filterLog(log, { level: 'debug', text: 'b' }, first).numbers).toEqual([1])
  })
})
