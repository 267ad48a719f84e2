import { expect, test } from 'vitest'
import { parseWatchdogLine } from '../../../src/main/platform/watchdog-protocol.ts'

test('lines of the host are read as they were written', () => {
  const identity = { pid: 42, startTime: '987654.b007b007' }
  const lines = [{ add: identity }, { remove: { pid: 42, startTime: null } }, { close: true }]
  expect(lines.map((line) => parseWatchdogLine(JSON.stringify(line)))).toEqual(lines)
})

test('what is cut short or malformed is no line', () => {
  const texts = [
    '',
    '{"add":{"pid":42,"sta',
    'null',
    '7',
    '[]',
    '{}',
    '{"close":"yes"}',
    '{"add":{"pid":"42","startTime":"1"}}',
    '{"add":{"pid":42}}',
  ]
  expect(texts.map(parseWatchdogLine)).toEqual(texts.map(() => null))
})
