/** Made-up but plausible runs for the gallery and for tests: nothing of it is read outside them. */
import type { Reconnect, Run, RunAttempt, RunStep } from '../../../../shared/models/index.ts'

export const NOW = Date.now()
export const MINUTE = 60_000

const step = (fields: Partial<RunStep> = {}): RunStep => ({
  index: 0,
  op: 'agent',
  name: 'agent',
  params: { prompt: 'Replace the JWT cookies by server sessions. Keep the public API. Add a migration and tests.' },
  status: 'running',
  outcome: null,
  startedAt: NOW - 7 * MINUTE,
  endedAt: null,
  warningAt: NOW + 23 * MINUTE,
  timeoutAt: NOW + 53 * MINUTE,
  timeoutStatus: 'normal',
  timedFrom: NOW - 7 * MINUTE,
  onTimeout: 'ask',
  pausedAt: null,
  continueOnError: false,
  timeouts: null,
  error: null,
  result: null,
  ...fields,
})

export const makeRun = (fields: Partial<Run> = {}): Run => ({
  id: '01k4x9w6y3t0b7c2d5e8f1g4h7',
  title: 'Move auth to sessions',
  op: 'agent',
  template: null,
  projectId: 'p1',
  lane: 'A',
  priority: 0,
  status: 'running',
  outcome: null,
  attention: null,
  timeoutStatus: 'normal',
  timedFrom: NOW - 7 * MINUTE,
  warningAt: null,
  timeoutAt: null,
  pausedAt: null,
  reconnectDeadline: null,
  cancelMode: null,
  cancelSignal: null,
  endedHow: null,
  progress: 0.62,
  message: 'edit src/auth/middleware.ts',
  attempt: 1,
  maxAttempts: 1,
  lost: 0,
  maxLost: 3,
  runAt: NOW - 8 * MINUTE,
  createdAt: NOW - 9 * MINUTE,
  startedAt: NOW - 7 * MINUTE,
  endedAt: null,
  heartbeatAt: NOW - 2_000,
  sessionId: 'ses_1',
  worktreeId: 'task-01k4x9w6y3t0b7c2d5e8f1g4h7-1785581720412',
  model: 'anthropic/claude-sonnet-4-5',
  error: null,
  cost: 0.31,
  dismissed: false,
  params: {},
  steps: [step()],
  idempotencyKey: null,
  target: null,
  reconnect: null,
  ...fields,
})

export const waitingStep = step({ status: 'pending', startedAt: null, warningAt: null, timeoutAt: null })
export const makeStep = step

/** Waits for the worker `desk` with a new program. */
export const someReconnect: Reconnect = {
  workerId: 'desk',
  oldBuild: { version: '1.4.1', contentHash: '9a31' },
  expectedBuild: { version: '1.4.2', contentHash: 'c07e' },
  oldInstanceId: 'ins_1',
  oldStartedAt: NOW - 120 * MINUTE,
  deadline: NOW + 95_000,
  seenAt: null,
}

export const someAttempts: RunAttempt[] = [
  {
    n: 1,
    outcome: 'error' as const,
    from: 420,
    to: 300,
    error: { code: 'PROVIDER_ERROR', message: 'anthropic: 529 Overloaded, five times in a row' },
  },
  {
    n: 2,
    outcome: 'lease_lost' as const,
    from: 290,
    to: 120,
    error: { code: 'LEASE_LOST', message: 'Its worker was lost: no heartbeat for 60 s.' },
  },
  { n: 3, outcome: null, from: 110, to: null, error: null },
].map(({ n, outcome, from, to, error }) => ({
  id: `att${n}`,
  runId: '01k4x9w6y3t0b7c2d5e8f1g4h7',
  n,
  workerId: 'desk',
  instanceId: '7f0c1c1e-1111-4222-8333-444455556666',
  startedAt: NOW - from * 1_000,
  heartbeatAt: NOW - 2_000,
  leaseUntil: NOW + 50_000,
  endedAt: to === null ? null : NOW - to * 1_000,
  outcome,
  how: null,
  error,
}))
