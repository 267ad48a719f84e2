import type { InboxItem, LiveMessage, LiveState, Operation, RunSummary } from '../../../src/shared/models/index.ts'

/** An active operation of a run, changed as asked. */
export const operation = (change: Partial<Operation> = {}): Operation => ({
  id: 'op1',
  name: 'Fix the login',
  category: 'run',
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
  ...change,
})

/** A running run, changed as asked. */
export const run = (change: Partial<RunSummary> = {}): RunSummary => ({
  id: 'run1',
  title: 'Fix the login',
  op: 'agent',
  template: null,
  projectId: null,
  lane: 'A',
  priority: 0,
  status: 'running',
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
  progress: -1,
  message: '',
  attempt: 1,
  maxAttempts: 1,
  lost: 0,
  maxLost: 3,
  runAt: 1_000,
  createdAt: 1_000,
  startedAt: 1_000,
  endedAt: null,
  heartbeatAt: 1_000,
  sessionId: null,
  worktreeId: null,
  model: null,
  error: null,
  cost: 0,
  dismissed: false,
  ...change,
})

export const inboxItem = (change: Partial<InboxItem> = {}): InboxItem => ({
  id: 'per1',
  runId: 'run1',
  kind: 'permission',
  createdAt: 1_000,
  title: 'bash: npm test',
  data: null,
  questions: [],
  ...change,
})

/** A first message of the live view with these rows, everything else empty. */
export const snapshot = (state: Partial<LiveState> = {}): LiveMessage => ({
  type: 'snapshot',
  revision: { instanceId: 'i', n: 0 },
  state: { runs: [], operations: [], lanes: [], projects: [], inbox: [], host: [], settings: [], workers: [], ...state },
})

/** Runs that changed. */
export const changed = (...runs: RunSummary[]): LiveMessage => ({
  type: 'changes',
  revision: { instanceId: 'i', n: 1 },
  changes: runs.map((value) => ({ collection: 'runs', key: value.id, value })),
})
