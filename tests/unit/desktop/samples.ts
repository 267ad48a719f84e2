import type { InboxItem, LiveMessage, LiveState, Operation, RunSummary } from '../../../src/shared/models/index.ts'
import { sampleOperation, sampleRun, sampleState } from '../../support/samples.ts'

/** An active operation of a run, changed as asked. */
export const operation = (change: Partial<Operation> = {}): Operation =>
  sampleOperation({ name: 'Fix the login', category: 'run', ...change })

/** A running run, changed as asked. */
export const run = (change: Partial<RunSummary> = {}): RunSummary =>
  sampleRun({ title: 'Fix the login', status: 'running', attempt: 1, startedAt: 1_000, heartbeatAt: 1_000, ...change })

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
  state: sampleState(state),
})

/** Runs that changed. */
export const changed = (...runs: RunSummary[]): LiveMessage => ({
  type: 'changes',
  revision: { instanceId: 'i', n: 1 },
  changes: runs.map((value) => ({ collection: 'runs', key: value.id, value })),
})
