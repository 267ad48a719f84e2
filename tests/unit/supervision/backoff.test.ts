import { expect, test } from 'vitest'
import { createBackoff, MAX_BACKOFF_MS, MIN_BACKOFF_MS } from '../../../src/main/supervision/backoff.ts'

test('every delay lies between one second and five minutes, and late ones are the longest but for the rare jitter', () => {
  let longest = 0
  for (let round = 0; round < 200; round += 1) {
    const backoff = createBackoff()
    const delays = Array.from({ length: 16 }, () => backoff.next())
    expect(delays.every((delay) => delay >= MIN_BACKOFF_MS && delay <= MAX_BACKOFF_MS)).toBe(true)
    if (delays.at(-1) === MAX_BACKOFF_MS) longest += 1
  }
  expect(longest).toBeGreaterThan(180)
})

test('delays roughly double from crash to crash', () => {
  const rounds = 500
  const sums = Array<number>(6).fill(0)
  for (let round = 0; round < rounds; round += 1) {
    const backoff = createBackoff()
    for (let n = 0; n < sums.length; n += 1) sums[n]! += backoff.next() / rounds
  }
  const factors = sums.slice(3).map((mean, n) => mean / sums[n + 2]!)
  expect(factors.every((factor) => factor > 1.5 && factor < 2.6)).toBe(true)
})

test('after a reset the first delay is short again', () => {
  const backoff = createBackoff()
  for (let n = 0; n < 12; n += 1) backoff.next()
  backoff.reset()
  expect(backoff.next()).toBeLessThan(3_000)
})
