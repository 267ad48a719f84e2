import type { Outcome, Run } from '../../../../shared/models/index.ts'
import { makeRun, makeStep, NOW, someReconnect, waitingStep } from './run.ts'

/** A run that gave up after three attempts. */
export const failedRun = makeRun({
  title: 'Nightly link check',
  status: 'failed',
  outcome: 'error',
  attempt: 3,
  maxAttempts: 3,
  progress: 0.4,
  endedAt: NOW - 60_000,
  error: { code: 'PROVIDER_ERROR', message: 'anthropic: 529 Overloaded. The provider was asked five times within 71 seconds.' },
  steps: [
    makeStep({
      status: 'failed',
      outcome: 'error',
      endedAt: NOW - 60_000,
      error: { code: 'PROVIDER_ERROR', message: 'anthropic: 529 Overloaded' },
    }),
  ],
})
/** A run of three shell steps, the second of which is late. */
export const shellRun = makeRun({
  title: 'Test matrix, node 24',
  op: 'shell',
  lane: 'B',
  model: null,
  sessionId: null,
  cost: 0,
  message: '✓ tests/suite-9999.test.ts (10 tests)',
  steps: [
    makeStep({
      op: 'shell',
      name: 'install',
      params: { command: 'npm ci' },
      status: 'succeeded',
      outcome: 'success',
      endedAt: NOW - 300_000,
    }),
    makeStep({
      index: 1,
      op: 'shell',
      name: 'test',
      params: { command: 'npm test -- --reporter=verbose' },
      timeoutStatus: 'warning',
      timeouts: { hardMs: 900_000 },
    }),
    makeStep({ ...waitingStep, index: 2, op: 'git.commit', name: 'commit', params: {}, continueOnError: true }),
  ],
})
/** An agent that wants something. */
export const waitingRun = makeRun({ attention: 'permission', pausedAt: NOW - 40_000 })
/** Past its warning. */
export const LATE = { timeoutStatus: 'warning', warningAt: NOW - 30_000, timeoutAt: NOW + 170_000, startedAt: NOW - 730_000 } as const
/** Past its limit. */
export const OVER = { timeoutStatus: 'timed_out', timeoutAt: NOW - 90_000, startedAt: NOW - 990_000 } as const
/** A run that waits for a worker to come back. */
export const restart = makeRun({
  title: 'Restart OpenCode',
  op: 'opencode.restart',
  projectId: null,
  worktreeId: null,
  sessionId: null,
  model: null,
  cost: 0,
  progress: -1,
  message: '',
  reconnect: someReconnect,
  steps: [makeStep({ op: 'opencode.restart', name: 'opencode.restart', params: {} })],
})
/** A run that was ended, as told by `fields`. */
export const killed = (fields: Partial<Run>) =>
  makeRun({ status: 'cancelled', outcome: 'killed', endedAt: NOW - 20_000, message: 'Killed', ...fields })
/** Longer than any line. */
export const LONG_TITLE =
  'Replace the hand-written CSV importer by a streaming one that copes with quoted line breaks, mixed encodings and files larger than memory'

/** A run that failed for a reason that its ending tells. */
export const failedBy = (outcome: Outcome, message: string, fields: Partial<Run> = {}): Run =>
  makeRun({ status: 'failed', outcome, endedAt: NOW - 20_000, error: { code: outcome.toUpperCase(), message }, ...fields })
