import type { LiveChange, LiveMessage, LiveState, Operation, RunSummary } from '../../../src/shared/models/index.ts'
import { sampleOperation, sampleRun, sampleState } from '../../support/samples.ts'

/** A queued run of a project, with some fields of one's own. */
export const makeRun = (id: string, some: Partial<RunSummary> = {}): RunSummary =>
  sampleRun({ id, title: `Run ${id}`, projectId: 'web', progress: 0, ...some })

export const makeOperation = (id: string, some: Partial<Operation> = {}): Operation =>
  sampleOperation({ id, name: `Operation ${id}`, ...some })

export const snapshot = (n: number, state: Partial<LiveState> = {}, instanceId = 'one'): LiveMessage => ({
  type: 'snapshot',
  revision: { instanceId, n },
  state: sampleState(state),
})

export const changes = (n: number, list: LiveChange[], instanceId = 'one'): LiveMessage => ({
  type: 'changes',
  revision: { instanceId, n },
  changes: list,
})

export const runChange = (run: RunSummary): LiveChange => ({ collection: 'runs', key: run.id, value: run })
export const runGone = (key: string): LiveChange => ({ collection: 'runs', key, value: null })
