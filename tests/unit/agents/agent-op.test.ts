import { expect, test, vi } from 'vitest'
import type { AgentEnding, Agents, AgentTurn } from '../../../src/main/agents/index.ts'
import { createAgentOp } from '../../../src/main/ops/agent.ts'
import type { OpContext } from '../../../src/main/runs/index.ts'

const project = { id: 'p1', name: 'Shop', trusted: true } as OpContext['project']

/** The op with agents that end each turn as told, and what they were given. */
function scene(ending: AgentEnding = { kind: 'done', text: 'ok', result: { text: 'ok' } }) {
  const turns: AgentTurn[] = []
  const agents = {
    async runTurn(turn: AgentTurn) {
      turns.push(turn)
      if (!turn.sessionId) await turn.onSession(`ses_${turns.length}`)
      return ending
    },
  } as Partial<Agents> as Agents
  return {
    turns,
    op: createAgentOp(
      agents,
      () => ({ model: 'acme/default', policy: 'ask' }),
      async (projectId) => projectId !== 'untrusted',
    ),
  }
}

function context(
  changes: { params?: object; run?: object; step?: number; signal?: AbortSignal; project?: OpContext['project'] } = {},
): OpContext {
  const params = { prompt: 'do it', ...changes.params }
  return {
    run: { id: 'run1', title: 'A run', model: null, sessionId: null, ...changes.run },
    step: { index: changes.step ?? 0, params },
    params,
    attemptId: 'attempt1',
    attempt: 1,
    project: 'project' in changes ? changes.project : project,
    directory: '/w',
    signal: changes.signal ?? new AbortController().signal,
    setSession: vi.fn(async () => {}),
  } as unknown as OpContext
}

test('a step is told as a turn in the run’s directory, with the defaults for what it leaves out', async () => {
  const { op, turns } = scene()
  expect(await op.execute(context())).toMatchObject({ outcome: 'success', result: { text: 'ok' } })
  expect(turns).toMatchObject([
    {
      runId: 'run1',
      attemptId: 'attempt1',
      directory: '/w',
      title: 'A run',
      prompt: 'do it',
      model: 'acme/default',
      policy: 'ask',
      sessionId: null,
    },
  ])
})

test('what a step says goes before the run, and the run before the defaults', async () => {
  const { op, turns } = scene()
  await op.execute(context({ params: { model: 'a/step', policy: 'allow-all' }, run: { model: 'a/run' } }))
  await op.execute(context({ run: { model: 'a/run' } }))
  expect(turns).toMatchObject([
    { model: 'a/step', policy: 'allow-all' },
    { model: 'a/run', policy: 'ask' },
  ])
})

test('the message id is the same for every attempt at a step, and another for each step', async () => {
  const { op, turns } = scene()
  await op.execute(context())
  await op.execute(context({ run: { sessionId: 'ses_1' } }))
  await op.execute(context({ step: 1 }))
  await op.execute(context({ run: { id: 'run2' } }))
  const [first, again, second, other] = turns.map(({ messageId }) => messageId)
  expect(first).toMatch(/^msg_/)
  expect(again).toBe(first)
  expect(new Set([first, second, other]).size).toBe(3)
})

test('the steps of a run share the session that the first of them opened, once it is stored', async () => {
  const { op, turns } = scene()
  const first = context()
  await op.execute(first)
  await op.execute(context({ step: 1 }))
  expect(first.setSession).toHaveBeenCalledWith('ses_1')
  expect(turns.map(({ sessionId }) => sessionId)).toEqual([null, 'ses_1'])
})

test.each([
  ['cancelled', 'cancelled'],
  ['killed', 'killed'],
  ['timed_out', 'timed_out'],
  ['lease_lost', 'lease_lost'],
  ['shutdown', 'interrupted'],
])('a turn that was stopped as %s ends the step as %s', async (reason, outcome) => {
  const { op } = scene({ kind: 'aborted' })
  expect(await op.execute(context({ signal: AbortSignal.abort(reason) }))).toEqual({ outcome })
})

test('a failed turn fails the step with its error', async () => {
  const error = { code: 'PROVIDER_ERROR', message: 'no', retryable: true, retryAfterMs: 5 }
  const { op } = scene({ kind: 'failed', error })
  expect(await op.execute(context())).toEqual({ outcome: 'error', error })
})

test('an agent needs a project that is trusted', async () => {
  const { op } = scene()
  expect(await op.validate!(context())).toEqual({ ok: true, value: undefined })
  expect(await op.validate!(context({ project: { ...project!, id: 'untrusted' } }))).toMatchObject({
    ok: false,
    error: { code: 'FORBIDDEN', message: expect.stringContaining('trust the project, then retry') },
  })
  expect(await op.validate!(context({ project: null }))).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } })
})

test('parameters without a prompt are refused', () => {
  const { op } = scene()
  expect(op.params.safeParse({ prompt: '  ' }).success).toBe(false)
  expect(op.params.safeParse({ prompt: 'x', policy: 'anything' }).success).toBe(false)
  expect(op.params.safeParse({ prompt: ' x ', model: 'a/b', base: 'main' }).data).toEqual({ prompt: 'x', model: 'a/b', base: 'main' })
})
