import fc from 'fast-check'
import { afterAll, beforeAll, expect } from 'vitest'
import { ERROR_STATUS, type ErrorCode } from '../../../src/shared/models/index.ts'
import { property } from '../../support/sequences.ts'
import { failOnLeftovers } from '../../support/temp.ts'
import { openHost, type TestHost } from './host.ts'

failOnLeftovers()

let host: TestHost
beforeAll(async () => {
  host = await openHost()
})
afterAll(() => host.close())

const garbage = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<fc.JsonValue>(
    null,
    0,
    -1,
    '',
    [],
    {},
    'x'.repeat(5_000),
    ['x'],
    [7],
    [null],
    [''],
    ['a', 'a'],
    '../..',
    'A',
    '__proto__',
  ),
)
/** Ops that do nothing without a target; a command is never one. */
const op = fc.oneof(
  fc.constantFrom<fc.JsonValue>(
    'kill',
    'cancel',
    'git.pull',
    'git.commit',
    'worktree.remove',
    'worktree.reset',
    'worker.switch',
    'shell',
    'no.op',
  ),
  garbage,
)
const options = fc.oneof(
  garbage,
  fc.record(
    { command: fc.constantFrom<fc.JsonValue>(7, null, [], {}), signal: garbage, reason: garbage, runId: garbage, worktreeId: garbage },
    { requiredKeys: [] },
  ),
)
const request = fc.oneof(
  { weight: 1, arbitrary: garbage },
  {
    weight: 9,
    arbitrary: fc.record(
      { op, targets: garbage, hosts: garbage, projectId: garbage, options, lane: garbage, idempotencyKey: garbage },
      { requiredKeys: ['op'] },
    ),
  },
)
const everything = async (): Promise<unknown> => [(await host.get('/runs?limit=500')).body.runs, (await host.get('/lanes')).body]

property('a dispatch of anything wrong is refused with an error of the table, and nothing is stored', async (parameters) => {
  const before = await everything()
  await fc.assert(
    fc.asyncProperty(request, async (body) => {
      const answer = await host.post('/dispatch', body)
      const { code, message } = answer.body
      expect(ERROR_STATUS[code as ErrorCode], JSON.stringify(answer)).toBe(answer.status)
      expect(answer.status).toBeLessThan(500)
      expect(message).toMatch(/\S/)
    }),
    parameters,
  )
  expect(await everything()).toEqual(before)
})
