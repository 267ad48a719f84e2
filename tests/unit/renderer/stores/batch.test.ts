import { expect, it, vi } from 'vitest'
import { createBatch } from '../../../../src/renderer/stores/batch.ts'

it('hands over what came together in one go, in order', async () => {
  const taken: number[][] = []
  const batch = createBatch<number>((items) => taken.push([...items]))
  batch.add(1)
  batch.add(2)
  batch.add(3)
  await vi.waitFor(() => expect(taken).toEqual([[1, 2, 3]]), { timeout: 10_000 })
})

it('hands over at once when it is flushed, and nothing twice', () => {
  const taken: number[][] = []
  const batch = createBatch<number>((items) => taken.push([...items]))
  batch.add(1)
  batch.flush()
  batch.flush()
  batch.add(2)
  batch.flush()
  expect(taken).toEqual([[1], [2]])
})
