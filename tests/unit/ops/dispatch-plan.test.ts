import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { planDispatch, readOptions, refusalOf, runKey } from '../../../src/main/ops/index.ts'
import type { OpDefinition } from '../../../src/main/runs/index.ts'
import { Dispatch } from '../../../src/shared/contract/index.ts'
import type { AppError } from '../../../src/shared/models/index.ts'
import { opOf } from '../../support/engine.ts'

const op = (name: string, more: Partial<OpDefinition> = {}): [string, OpDefinition] => [
  name,
  opOf(name, async () => ({ outcome: 'success' }), more),
]
const ops = new Map([
  op('pull'),
  op('restart', { targets: 'none' }),
  op('remove', {
    targets: 'worktree',
    params: z.strictObject({ worktreeId: z.string(), force: z.boolean().default(false) }) as OpDefinition['params'],
  }),
  op('kill', { targets: 'run' }),
])
const plan = (request: Dispatch) => planDispatch(Dispatch.parse(request), ops)
/** The field that a dispatch was refused for. */
const refusedFor = (request: Dispatch): unknown => {
  try {
    plan(request)
    return null
  } catch (error) {
    expect((error as AppError).code).toBe('VALIDATION_FAILED')
    return ((error as AppError).data as { field: string }).field
  }
}

describe('a dispatch', () => {
  it('makes one run for each target, in their order', () => {
    expect(plan({ op: 'pull', targets: ['b', 'a'] })).toMatchObject({ kind: 'project', targets: ['b', 'a'], field: 'targets' })
  })

  it('makes one run without targets', () => {
    expect([plan({ op: 'pull' }).targets, plan({ op: 'pull', projectId: 'p' }).targets, plan({ op: 'restart' }).targets]).toEqual([
      [null],
      [null],
      [null],
    ])
  })

  it('takes hosts for targets', () => {
    expect(plan({ op: 'pull', hosts: ['a'] })).toMatchObject({ targets: ['a'], field: 'hosts' })
  })

  it.each<[string, Dispatch, string]>([
    ['an op nobody knows', { op: 'nothing' }, 'op'],
    ['a target named twice', { op: 'pull', targets: ['a', 'b', 'a'] }, 'targets.2'],
    ['a host named twice', { op: 'pull', hosts: ['a', 'a'] }, 'hosts.1'],
    ['targets and hosts at once', { op: 'pull', targets: ['a'], hosts: ['b'] }, 'hosts'],
    ['targets of an op that takes none', { op: 'restart', targets: ['a'] }, 'targets'],
    ['no targets of an op that needs some', { op: 'kill' }, 'targets'],
    ['a project beside targets that are projects', { op: 'pull', targets: ['a'], projectId: 'b' }, 'projectId'],
    ['a target among the options', { op: 'remove', targets: ['a'], options: { worktreeId: 'b' } }, 'options.worktreeId'],
  ])('is refused for %s', (_what, request, field) => {
    expect(refusedFor(request)).toBe(field)
  })

  it('is refused for an empty list of targets, which is no way to say none', () => {
    expect(Dispatch.safeParse({ op: 'pull', targets: [] }).success).toBe(false)
  })
})

describe('the parameters of a step', () => {
  it('are the options and the target, and what the schema makes of them', () => {
    const read = readOptions(plan({ op: 'remove', targets: ['w'] }), {}, 'w')
    expect(read).toEqual({ given: { worktreeId: 'w' }, parsed: { worktreeId: 'w', force: false } })
  })

  it('are refused by the name of the option', () => {
    expect(() => readOptions(plan({ op: 'remove', targets: ['w'] }), { force: 'yes' }, 'w')).toThrow(/^options\.force: /)
  })
})

describe("the refusal of an op's own check", () => {
  it('keeps a code that callers know', () => {
    const error = refusalOf({ code: 'CONFLICT', message: 'Busy.', data: { runId: 'r' } }, 'targets.0')
    expect([error.code, error.message, error.data]).toEqual(['CONFLICT', 'Busy.', { runId: 'r', field: 'targets.0' }])
  })

  it('turns any other code into VALIDATION_FAILED and keeps it as data', () => {
    const error = refusalOf({ code: 'DOCKER_MISSING', message: 'No docker.' }, 'op')
    expect([error.code, error.data]).toEqual(['VALIDATION_FAILED', { field: 'op', code: 'DOCKER_MISSING' }])
  })
})

it('a key of a dispatch becomes one for each target', () => {
  expect([runKey('k', 'a'), runKey('k', null), runKey(undefined, 'a')]).toEqual(['k:a', 'k', undefined])
})
