import { expect, test } from 'vitest'
import { createBreaker } from '../../../src/main/supervision/breaker.ts'

const MINUTE = 60_000
const options = { maxRestarts: 5, circuitWindowMs: 10 * MINUTE }

test('the sixth crash within ten minutes opens the breaker for a minute', () => {
  const breaker = createBreaker(options)
  const pauses = [0, 1, 2, 3, 4, 5].map((n) => breaker.crashed(n * MINUTE))
  expect(pauses).toEqual([null, null, null, null, null, MINUTE])
  expect(breaker.state).toBe('open')
})

test('crashes more than ten minutes apart from the sixth do not count', () => {
  const breaker = createBreaker(options)
  const pauses = Array.from({ length: 40 }, (_, n) => breaker.crashed(n * 2 * MINUTE))
  expect(pauses.every((pause) => pause === null)).toBe(true)
})

test('a crash on trial opens it for twice as long, five minutes at most', () => {
  const breaker = createBreaker(options)
  let now = 0
  for (let n = 0; n < 5; n += 1) breaker.crashed(now)
  const pauses: (number | null)[] = []
  for (let n = 0; n < 5; n += 1) {
    const pause = breaker.crashed(now)
    pauses.push(pause)
    now += pause!
    breaker.probe()
    expect(breaker.state).toBe('half-open')
  }
  expect(pauses).toEqual([1, 2, 4, 5, 5].map((minutes) => minutes * MINUTE))
})

test('a stable run closes it without forgetting the crashes of the window', () => {
  const breaker = createBreaker(options)
  for (let n = 0; n < 6; n += 1) breaker.crashed(0)
  breaker.probe()
  breaker.stable()
  expect(breaker.state).toBe('closed')
  expect(breaker.crashed(2 * MINUTE)).toBe(2 * MINUTE)
})

test('ten minutes without a crash bring the probe back to one minute', () => {
  const breaker = createBreaker(options)
  for (let n = 0; n < 6; n += 1) breaker.crashed(0)
  breaker.probe()
  breaker.crashed(MINUTE)
  breaker.probe()
  breaker.stable()
  const pauses = Array.from({ length: 6 }, () => breaker.crashed(20 * MINUTE))
  expect(pauses.at(-1)).toBe(MINUTE)
})
