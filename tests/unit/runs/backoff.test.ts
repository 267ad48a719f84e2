import { expect, test } from 'vitest'
import { formatDelay, retryDelayMs } from '../../../src/main/runs/backoff.ts'

test('the delay doubles from one second and stops at five minutes', () => {
  const delays = [1, 2, 3, 4, 8, 9, 10, 5_000].map((failures) => retryDelayMs(null, failures, 1))
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 128_000, 256_000, 300_000, 300_000])
})

test('up to half of the delay is left to chance', () => {
  expect([0, 0.5, 1].map((random) => retryDelayMs(null, 3, random))).toEqual([2_000, 3_000, 4_000])
})

test('what the other side asked for is taken as it is', () => {
  expect(retryDelayMs({ code: 'BUSY', message: '', retryAfterMs: 900_000.2 }, 1, 0)).toBe(900_001)
  expect(retryDelayMs({ code: 'BUSY', message: '', retryAfterMs: 0 }, 9, 1)).toBe(0)
})

test('an error that cannot be tried again has no delay', () => {
  expect(retryDelayMs({ code: 'NO_KEY', message: '', retryable: false, retryAfterMs: 5 }, 1, 1)).toBeNull()
  expect(retryDelayMs({ code: 'ODD', message: '', retryable: true }, 1, 1)).toBe(1_000)
})

test('a delay is said in words, rounded up', () => {
  expect([0, 1, 1_000, 4_200, 59_999, 60_000, 61_000, 3_600_000, 3_600_001].map(formatDelay)).toEqual([
    '0 s',
    '1 s',
    '1 s',
    '5 s',
    '60 s',
    '1 min',
    '2 min',
    '1 h',
    '2 h',
  ])
})
