import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { planRun } from '../../../src/main/runs/create-run.ts'
import { defineOp, type OpDefinition } from '../../../src/main/runs/op.ts'
import { CreateRun } from '../../../src/shared/contract/runs.ts'
import type { Project } from '../../../src/shared/models/index.ts'

const op = (name: string, params: z.ZodType, idempotent = false): OpDefinition =>
  defineOp({
    name,
    title: name,
    params,
    idempotent,
    timeouts: { warningMs: 1, hardMs: 2, onTimeout: 'kill' },
    cancellable: true,
    workspace: 'worktree',
    execute: async () => ({ outcome: 'success' }),
  })
const ops = new Map(
  [
    op('agent', z.object({ prompt: z.string(), model: z.string().optional(), policy: z.string().optional() })),
    op('shell', z.object({ command: z.string().min(1) })),
    op('look', z.object({}), true),
  ].map((each) => [each.name, each]),
)
const project = { id: 'p1', name: 'web', trusted: true, runsCode: [] } as unknown as Project

const plan = (request: CreateRun, change: { project?: Project | null; defaultModel?: string | null } = {}) =>
  planRun(CreateRun.parse(request), { id: 'r1', now: 7, ops, project, defaultModel: null, ...change })

describe('a request for a run', () => {
  it('with a prompt alone becomes one agent step, titled by its first line', () => {
    expect(plan({ prompt: 'Fix the login\nand test it', projectId: 'p1', model: 'anthropic/opus' })).toMatchObject({
      title: 'Fix the login',
      op: 'agent',
      steps: [{ op: 'agent', params: { prompt: 'Fix the login\nand test it', model: 'anthropic/opus' } }],
      provider: 'anthropic',
      model: 'anthropic/opus',
      lane: 'A',
      runAt: 7,
      maxAttempts: 1,
      maxLost: 3,
    })
  })

  it('takes the default model where it names none, and the provider of that', () => {
    expect(plan({ prompt: 'x', projectId: 'p1' }, { defaultModel: 'openai/gpt' })).toMatchObject({
      model: 'openai/gpt',
      provider: 'openai',
    })
  })

  it('has three attempts when every op may be repeated, or as many as it asks for', () => {
    expect([
      plan({ steps: [{ op: 'look' }] }).maxAttempts,
      plan({ steps: [{ op: 'look' }, { op: 'shell', params: { command: 'x' } }] }).maxAttempts,
      plan({ steps: [{ op: 'look' }], maxAttempts: 7 }).maxAttempts,
    ]).toEqual([3, 1, 7])
  })

  it('keeps the base commit among its parameters', () => {
    expect(plan({ prompt: 'x', projectId: 'p1', base: 'v1.2' }).params).toEqual({ base: 'v1.2' })
  })

  it.each([
    ['no prompt and no steps', {}, 'VALIDATION_FAILED', 'needs a prompt or steps'],
    ['an op that does not exist', { steps: [{ op: 'fly' }] }, 'VALIDATION_FAILED', 'Step 1: there is no op “fly”'],
    [
      'parameters of the wrong shape',
      { steps: [{ op: 'look' }, { op: 'shell', params: { command: 7 } }] },
      'VALIDATION_FAILED',
      'Step 2 (shell): command:',
    ],
  ] as const)('is refused with %s, saying where', (_what, request, code, sentence) => {
    expect(() => plan(request as unknown as CreateRun)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
    )
  })

  it('for an agent is refused without a project, and in one that is not trusted', () => {
    expect(() => plan({ prompt: 'x' }, { project: null })).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }))
    expect(() => plan({ prompt: 'x', projectId: 'p1' }, { project: { ...project, trusted: false } })).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    )
  })
})
