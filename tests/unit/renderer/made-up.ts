import type { LiveChange, LiveMessage, LiveState, Operation, RunSummary } from '../../../src/shared/models/index.ts'

/** A queued run of lane A with some fields of one's own. */
export const makeRun = (id: string, some: Partial<RunSummary> = {}): RunSummary => ({
  id,
  title: `Run ${id}`,
  op: 'agent',
  template: null,
  projectId: 'web',
  lane: 'A',
  priority: 0,
  status: 'queued',
  outcome: null,
  attention: null,
  timeoutStatus: 'normal',
  timedFrom: null,
  warningAt: null,
  timeoutAt: null,
  pausedAt: null,
  reconnectDeadline: null,
  cancelMode: null,
  cancelSignal: null,
  endedHow: null,
  progress: 0,
  message: '',
  attempt: 0,
  maxAttempts: 1,
  lost: 0,
  maxLost: 3,
  runAt: 1_000,
  createdAt: 1_000,
  startedAt: null,
  endedAt: null,
  heartbeatAt: null,
  sessionId: null,
  worktreeId: null,
  model: null,
  error: null,
  cost: 0,
  dismissed: false,
  ...some,
})

export const makeOperation = (id: string, some: Partial<Operation> = {}): Operation => ({
  id,
  name: `Operation ${id}`,
  category: 'command',
  state: 'active',
  startedAt: 1_000,
  endedAt: null,
  progress: -1,
  message: '',
  cancellable: true,
  error: null,
  retryOf: null,
  runId: null,
  parentId: null,
  canRetry: false,
  inHistory: false,
  ...some,
})

export const snapshot = (n: number, state: Partial<LiveState> = {}, instanceId = 'one'): LiveMessage => ({
  type: 'snapshot',
  revision: { instanceId, n },
  state: { runs: [], operations: [], lanes: [], projects: [], inbox: [], host: [], settings: [], workers: [], ...state },
})

export const changes = (n: number, list: LiveChange[], instanceId = 'one'): LiveMessage => ({
  type: 'changes',
  revision: { instanceId, n },
  changes: list,
})

export const runChange = (run: RunSummary): LiveChange => ({ collection: 'runs', key: run.id, value: run })
export const runGone = (key: string): LiveChange => ({ collection: 'runs', key, value: null })
