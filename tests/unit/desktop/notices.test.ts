import { expect, test } from 'vitest'
import { noticeOf } from '../../../src/main/desktop/notices.ts'
import { run } from './samples.ts'

const running = run()
const ended = (change: Parameters<typeof run>[0]) => run({ endedAt: 2_000, ...change })

test('a run that ended well is told once, with what it waits for', () => {
  const done = ended({ status: 'succeeded', outcome: 'success', attention: 'review' })
  expect(noticeOf(running, done)).toEqual({ runId: 'run1', title: 'Done: Fix the login', body: 'It is ready for review.' })
  expect(noticeOf(done, { ...done, cost: 1 })).toBeNull()
})

test('a run that failed is told with its error', () => {
  const failed = ended({ status: 'failed', outcome: 'error', error: { code: 'PROVIDER_ERROR', message: 'The provider answered 500.' } })
  expect(noticeOf(running, failed)).toEqual({ runId: 'run1', title: 'Failed: Fix the login', body: 'The provider answered 500.' })
})

test('a run so short that only its end was seen is told all the same', () => {
  expect(noticeOf(undefined, ended({ status: 'succeeded' }))?.title).toBe('Done: Fix the login')
})

test('a run that begins to wait for a person is told, and again when it asks for something else', () => {
  const asks = run({ attention: 'permission' })
  expect(noticeOf(running, asks)?.body).toBe('It asks for a permission.')
  expect(noticeOf(asks, { ...asks, message: 'still waiting' })).toBeNull()
  expect(noticeOf(asks, run({ attention: 'question' }))?.body).toBe('It has a question.')
})

test('a conflict of a run that had ended is news, its review is not', () => {
  const done = ended({ status: 'succeeded' })
  expect(noticeOf(done, { ...done, attention: 'review' })).toBeNull()
  expect(noticeOf(done, { ...done, attention: 'conflict' })?.body).toBe('It ran into a conflict.')
})

test('progress, a cancelled run and a run that steers another are not told', () => {
  expect(noticeOf(running, run({ progress: 0.5 }))).toBeNull()
  expect(noticeOf(running, ended({ status: 'cancelled', outcome: 'killed' }))).toBeNull()
  expect(noticeOf(run({ op: 'kill' }), ended({ op: 'kill', status: 'succeeded' }))).toBeNull()
})
