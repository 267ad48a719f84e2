import { expect, test } from 'vitest'
import { activityOf, applyLiveMessage, createMirror } from '../../../src/main/desktop/activity.ts'
import type { LiveMessage } from '../../../src/shared/models/index.ts'
import { inboxItem, operation, run, snapshot } from './samples.ts'

const mirrorOf = (...messages: LiveMessage[]) => {
  const mirror = createMirror()
  for (const message of messages) applyLiveMessage(mirror, message)
  return mirror
}
const activityAfter = (...messages: LiveMessage[]) => activityOf(mirrorOf(...messages))

test('active operations are listed oldest first, without those that ended', () => {
  const operations = [
    operation({ id: 'late', startedAt: 30 }),
    operation({ id: 'done', state: 'completed', inHistory: true }),
    operation({ id: 'early', startedAt: 10 }),
  ]
  expect(activityAfter(snapshot({ operations })).active.map(({ id }) => id)).toEqual(['early', 'late'])
})

test('a part of an active operation is not listed beside it, and is once its parent has ended', () => {
  const part = operation({ id: 'part', parentId: 'whole' })
  expect(activityAfter(snapshot({ operations: [operation({ id: 'whole' }), part] })).active.map(({ id }) => id)).toEqual(['whole'])
  expect(
    activityAfter(snapshot({ operations: [operation({ id: 'whole', state: 'completed' }), part] })).active.map(({ id }) => id),
  ).toEqual(['part'])
})

test('failed operations count until they were dismissed or retried', () => {
  const operations = [operation({ id: 'a', state: 'failed' }), operation({ id: 'b', state: 'failed', inHistory: true })]
  expect(activityAfter(snapshot({ operations })).failed).toBe(1)
})

test('a run that waits for a person counts once, however much it asks', () => {
  const inbox = [inboxItem({ id: 'p1' }), inboxItem({ id: 'p2' })]
  const runs = [
    run({ attention: 'permission' }),
    run({ id: 'run2', attention: 'timeout' }),
    run({ id: 'run3', attention: 'review', dismissed: true }),
  ]
  expect(activityAfter(snapshot({ inbox, runs })).needsYou).toBe(2)
})

test('changes add, replace and remove rows, and collections of other screens are passed over', () => {
  const changes: LiveMessage = {
    type: 'changes',
    revision: { instanceId: 'i', n: 1 },
    changes: [
      { collection: 'operations', key: 'a', value: operation({ id: 'a', progress: 0.5 }) },
      { collection: 'operations', key: 'b', value: null },
      { collection: 'lanes', key: 'A', value: { name: 'A', limit: 4, paused: false, queued: 0, running: 0, oldestQueuedAt: null } },
    ],
  }
  const { active } = activityAfter(snapshot({ operations: [operation({ id: 'a' }), operation({ id: 'b' })] }), changes)
  expect(active).toEqual([{ id: 'a', name: 'Fix the login', progress: 0.5, runId: null }])
})

test('a new snapshot takes away what it does not hold', () => {
  expect(activityAfter(snapshot({ operations: [operation()] }), snapshot()).active).toEqual([])
})
