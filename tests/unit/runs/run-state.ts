import type { RunState } from '../../../src/main/runs/transition.ts'

/** A run in its first attempt, which began at 500. */
export const aRun = (more: Partial<RunState> = {}): RunState => ({
  status: 'running',
  lane: 'A',
  priority: 0,
  attempt: 1,
  maxAttempts: 1,
  lost: 0,
  maxLost: 3,
  runAt: 0,
  startedAt: 500,
  endedAt: null,
  dismissed: false,
  cancelReason: null,
  cancelMode: null,
  cancelSignal: null,
  reconnect: null,
  ...more,
})
