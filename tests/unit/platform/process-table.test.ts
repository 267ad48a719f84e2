import { expect, test } from 'vitest'
import { parsePsLine, parseStat } from '../../../src/main/platform/process-table.ts'

const REST = '1 2 3 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 1 0 987654 2 3 18446744073709551615'

test('a process whose name looks like the end of it is read all the same', () => {
  expect(parseStat(`42 (a) R (b) ) S ${REST}`, 'b007b007')).toEqual({
    pid: 42,
    parent: 1,
    group: 2,
    session: 3,
    zombie: false,
    startTime: '987654.b007b007',
  })
})

test('a zombie is told apart', () => {
  expect(parseStat(`42 (sh) Z ${REST}`, 'b')?.zombie).toBe(true)
})

test('the same start in another life of the machine is another process', () => {
  const line = `42 (sh) S ${REST}`
  expect(parseStat(line, 'first')?.startTime).not.toBe(parseStat(line, 'second')?.startTime)
})

test('what is no line of a process table is none', () => {
  expect([parseStat('', 'b'), parseStat('42 (sh) S 1', 'b'), parsePsLine(''), parsePsLine('  PID PPID')]).toEqual([null, null, null, null])
})

test('a line of ps has its start as text', () => {
  expect(parsePsLine('  501     1   501 Ss+  Mon Nov  3 09:08:07 2025    ')).toEqual({
    pid: 501,
    parent: 1,
    group: 501,
    session: 0,
    zombie: false,
    startTime: 'Mon Nov  3 09:08:07 2025',
  })
})
