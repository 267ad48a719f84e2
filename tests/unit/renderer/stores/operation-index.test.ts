import { expect, it } from 'vitest'
import { indexOperations, reindexOperations } from '../../../../src/renderer/stores/operation-index.ts'
import type { Operation } from '../../../../src/shared/models/index.ts'
import { makeOperation } from '../made-up.ts'

const mapOf = (...operations: Operation[]) => new Map(operations.map((operation) => [operation.id, operation]))

it('has what is at work first, newest on top, then what failed; history by its ending', () => {
  const index = indexOperations(
    mapOf(
      makeOperation('failed', { state: 'failed', startedAt: 9, endedAt: 10 }),
      makeOperation('old', { startedAt: 1 }),
      makeOperation('new', { startedAt: 5 }),
      makeOperation('done', { state: 'completed', endedAt: 3, inHistory: true }),
      makeOperation('stopped', { state: 'cancelled', endedAt: 4, inHistory: true }),
    ),
  )
  expect(index).toEqual({ active: ['new', 'old', 'failed'], history: ['stopped', 'done'], working: 2 })
})

it('stays the same object while operations only report progress', () => {
  const before = mapOf(makeOperation('a'))
  const index = indexOperations(before)
  expect(reindexOperations(index, before, mapOf(makeOperation('a', { progress: 0.4 })), new Set(['a']))).toBe(index)
})

it('moves an operation that ended to history', () => {
  const before = mapOf(makeOperation('a'))
  const after = mapOf(makeOperation('a', { state: 'completed', progress: 1, endedAt: 2_000, inHistory: true }))
  expect(reindexOperations(indexOperations(before), before, after, new Set(['a']))).toEqual({ active: [], history: ['a'], working: 0 })
})
