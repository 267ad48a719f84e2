import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newId } from '../../../src/main/platform/index.ts'
import { parseWorktreeName, worktreeName } from '../../../src/main/worktrees/index.ts'

test('a name has the run and the second in UTC', () => {
  expect(worktreeName('01abc', Date.UTC(2026, 10, 9, 8, 7, 6, 543))).toBe('task-01abc-20261109t080706')
})

test('a name can be taken apart again, for every run and time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
      const runId = newId()
      expect(parseWorktreeName(worktreeName(runId, seconds * 1000))).toEqual({ runId, createdAt: seconds * 1000 })
    }),
  )
})

test.for([
  '',
  'main',
  'task-',
  'task-x',
  'task-x-20260101',
  'task-X-20260101t000000',
  'task-x-20260101T000000',
  'task-x-20261301t000000',
  'task-x-20260230t000000',
  'task-x-20260101t250000',
  'task-x-20260101t000000/..',
  '../task-x-20260101t000000',
  'task-../x-20260101t000000',
  'task-x-20260101t000000\n',
  'task-x-20260101t000000.json',
  ' task-x-20260101t000000',
  'feature/task-x-20260101t000000',
])('%j is no name of a worktree', (name) => {
  expect(parseWorktreeName(name)).toBeNull()
})
