import { expect, test } from 'vitest'
import { createStartGate } from '../../../src/main/agents/start-gate.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const never = new AbortController().signal
const gateOf = (places = 2) => {
  const clock = createManualClock()
  return { clock, gate: createStartGate({ clock, places, limitMs: 60_000 }) }
}
const isWaiting = async (entering: Promise<unknown>): Promise<boolean> =>
  (await Promise.race([entering.then(() => 'in'), new Promise((resolve) => setImmediate(() => resolve('waiting')))])) === 'waiting'

test('two directories start at once, the third when one of them has started', async () => {
  const { gate } = gateOf()
  const leave = await gate.enter('a', never)
  await gate.enter('b', never)
  const third = gate.enter('c', never)
  expect(await isWaiting(third)).toBe(true)
  leave()
  leave()
  await third
  expect(await isWaiting(gate.enter('d', never))).toBe(true)
})

test('a directory that has started needs no place until it is forgotten', async () => {
  const { gate } = gateOf(1)
  ;(await gate.enter('a', never))()
  await gate.enter('b', never)
  expect(await isWaiting(gate.enter('a', never))).toBe(false)
  gate.forget('a')
  expect(await isWaiting(gate.enter('a', never))).toBe(true)
})

test('a place is free again after a minute at the latest', async () => {
  const { clock, gate } = gateOf(1)
  await gate.enter('a', never)
  const second = gate.enter('b', never)
  await clock.advance(59_999)
  expect(await isWaiting(second)).toBe(true)
  await clock.advance(1)
  await second
})

test('whoever is aborted while waiting takes nobody’s place', async () => {
  const { gate } = gateOf(1)
  const leave = await gate.enter('a', never)
  const controller = new AbortController()
  const aborted = gate.enter('b', controller.signal)
  const third = gate.enter('c', never)
  controller.abort('enough')
  await expect(aborted).rejects.toBe('enough')
  leave()
  await third
})
