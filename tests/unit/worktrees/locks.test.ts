import { expect, test } from 'vitest'
import { createKeyedLock, createSemaphore } from '../../../src/main/worktrees/locks.ts'

/** Work that ends when told to. */
function controlled<T>(value: T) {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  return { work: () => promise, finish: () => resolve(value), fail: () => reject(new Error('failed')) }
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('a semaphore lets so many run, and the next in order when one ends, well or not', async () => {
  const gate = createSemaphore(2)
  const started: number[] = []
  const jobs = [0, 1, 2, 3].map((n) => controlled(n))
  const endings = jobs.map(({ work }, n) =>
    gate(() => {
      started.push(n)
      return work()
    }).catch(() => 'failed'),
  )
  await settle()
  expect(started).toEqual([0, 1])
  jobs[1]!.fail()
  await settle()
  expect(started).toEqual([0, 1, 2])
  for (const job of jobs) job.finish()
  expect(await Promise.all(endings)).toEqual([0, 'failed', 2, 3])
})

test('work with one key runs one by one, in order, after failures too; other keys do not wait', async () => {
  const lock = createKeyedLock()
  const started: string[] = []
  const first = controlled(1)
  const run = (key: string, name: string, work: () => Promise<unknown>) =>
    lock(key, () => {
      started.push(name)
      return work()
    })
  const a = run('k', 'a', first.work)
  const b = run('k', 'b', async () => 2)
  const c = run('other', 'c', async () => 3)
  expect(await c).toBe(3)
  expect(started).toEqual(['a', 'c'])
  first.fail()
  await expect(a).rejects.toThrow('failed')
  expect(await b).toBe(2)
  expect(await run('k', 'd', async () => 4)).toBe(4)
})
