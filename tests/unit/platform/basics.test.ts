import { decodeTime } from 'ulid'
import { expect, test, vi } from 'vitest'
import { createScope, dataPaths, newId, newToken, systemClock } from '../../../src/main/platform/index.ts'
import { Id } from '../../../src/shared/models/common.ts'

test('ids sort in the order they were made, also when the clock goes back', () => {
  const now = Date.UTC(2030, 0, 1)
  const ids = [newId(now), newId(now), newId(now - 60_000), newId(now + 1), ...Array.from({ length: 1_000 }, () => newId(now + 1))]
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => Id.safeParse(id).success)).toBe(true)
  expect(decodeTime(ids[0]!.toUpperCase())).toBe(now)
})

test('a token has 256 random bits and no character that needs quoting', () => {
  const token = newToken()
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(newToken()).not.toBe(token)
})

test('the clock of the machine fires once, and not at all when taken back', async () => {
  const seen: string[] = []
  systemClock.after(1, () => seen.push('fired'))
  systemClock.after(0, () => seen.push('taken back'))()
  await vi.waitFor(() => expect(seen).toEqual(['fired']), { timeout: 10_000 })
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000)
})

test('a delay beyond what a timer can take is cut to the longest one', () => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  systemClock.after(2 ** 40, () => {})()
  const delay = setTimer.mock.lastCall![1]
  setTimer.mockRestore()
  expect(delay).toBe(2 ** 31 - 1)
})

test('every place of a data folder is an absolute path inside it', () => {
  const paths = dataPaths('some/folder')
  const inside = Object.values(paths).every((path) => path.startsWith(`${process.cwd()}/some/folder`))
  expect({ inside, different: new Set(Object.values(paths)).size }).toEqual({ inside: true, different: Object.keys(paths).length })
})

test('a scope closes what it owns in reverse order, all of it, once', async () => {
  const order: string[] = []
  const scope = createScope()
  scope.add('first', () => order.push('first'))
  scope.add('broken', () => {
    throw new Error('cannot close')
  })
  scope.add('slow', async () => {
    await Promise.resolve()
    order.push('slow')
  })
  await Promise.all([scope.close(), scope.close()])
  scope.add('late', () => order.push('late'))
  expect(order).toEqual(['slow', 'first', 'late'])
})
