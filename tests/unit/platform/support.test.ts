import { existsSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../../support/manual-clock.ts'
import { tempFolder } from '../../support/temp.ts'

let folder: string | undefined
afterEach(() => expect(existsSync(folder ?? '/')).toBe(true))

test('a moved clock fires timers in the order of their moments and lets promises settle in between', async () => {
  const clock = createManualClock(1_000)
  const seen: string[] = []
  clock.after(20, () => seen.push(`second at ${clock.now()}`))
  clock.after(10, async () => {
    await Promise.resolve()
    seen.push(`first at ${clock.now()}`)
    clock.after(5, () => seen.push(`its own timer at ${clock.now()}`))
  })
  clock.after(30, () => seen.push('too late'))
  const takeBack = clock.after(12, () => seen.push('taken back'))
  takeBack()
  await clock.advance(25)
  expect({ seen, now: clock.now(), timers: clock.timers }).toEqual({
    seen: ['first at 1010', 'its own timer at 1015', 'second at 1020'],
    now: 1_025,
    timers: 1,
  })
})

test('a clock that jumps fires nothing until it is moved on', async () => {
  const clock = createManualClock(0)
  let fired = 0
  clock.after(10, () => {
    fired += 1
  })
  clock.set(1_000)
  expect(fired).toBe(0)
  await clock.advance(0)
  expect({ fired, now: clock.now() }).toEqual({ fired: 1, now: 1_000 })
})

test('a temporary folder is there for its test', () => {
  folder = tempFolder()
  expect(existsSync(folder)).toBe(true)
})

test('a temporary folder is gone after its test', () => {
  expect(existsSync(folder!)).toBe(false)
  folder = undefined
})
