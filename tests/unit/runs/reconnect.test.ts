import { expect, test } from 'vitest'
import { decideAwait, decideReconnect, describeLateReturn } from '../../../src/main/runs/reconnect.ts'
import type { Returned } from '../../../src/main/runs/store-port.ts'
import type { RunState } from '../../../src/main/runs/transition.ts'
import { type Reconnect, RunStatus } from '../../../src/shared/models/index.ts'

const OLD = { version: '1.0.0', contentHash: 'aaa' }
const NEW = { version: '1.1.0', contentHash: 'bbb' }
const WANTED: Reconnect = {
  workerId: 'w1',
  oldBuild: OLD,
  expectedBuild: NEW,
  oldInstanceId: 'old',
  oldStartedAt: 1_000,
  deadline: 9_000,
  seenAt: null,
}
const back = (more: Partial<Returned>): Returned => ({ instanceId: 'new', build: NEW, startedAt: 2_000, ...more })
const judge = (more: Partial<Returned>, wanted = WANTED) => decideReconnect(wanted, back(more)).outcome

test('who came back is judged by instance, start, version and content', () => {
  expect([
    judge({}),
    judge({ startedAt: 1_000 }),
    judge({ build: OLD }),
    judge({ instanceId: 'old' }),
    judge({ instanceId: 'old', build: OLD }),
    judge({ startedAt: 999 }),
    judge({ build: { ...NEW, contentHash: 'aaa' } }),
    judge({ build: { ...NEW, version: '1.0.0' } }),
    judge({ build: { version: '9', contentHash: '9' } }),
    judge({ build: OLD }, { ...WANTED, expectedBuild: OLD }),
  ]).toEqual([
    'success',
    'success',
    'stale_binary',
    'suspicious',
    'suspicious',
    'suspicious',
    'suspicious',
    'suspicious',
    'suspicious',
    'success',
  ])
})

test('every verdict but success has a sentence that names the worker, and is not tried again', () => {
  for (const more of [{ build: OLD }, { instanceId: 'old' }, { startedAt: 1 }, { build: { version: '9', contentHash: '9' } }]) {
    expect(decideReconnect(WANTED, back(more)).error).toMatchObject({ message: expect.stringContaining('w1'), retryable: false })
  }
  expect(decideReconnect(WANTED, back({})).error).toBeNull()
})

test('only a running run begins to wait', () => {
  const waits = RunStatus.options.filter((status) => decideAwait({ status } as RunState, WANTED).ok)
  expect(waits).toEqual(['running'])
})

test('a late return says what it would have been', () => {
  expect([describeLateReturn(WANTED, back({})), describeLateReturn(WANTED, back({ build: OLD }))]).toEqual([
    expect.stringMatching(/after the deadline, as the expected build 1\.1\.0/),
    expect.stringMatching(/still is the old build 1\.0\.0.*after the deadline/),
  ])
})
