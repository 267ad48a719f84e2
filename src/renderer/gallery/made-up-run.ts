import type { RunStatus, RunSummary } from '../../shared/models/index.ts'

export const MINUTE = 60_000

/** A run with the usual values; ids are numbered so that they sort by age. */
export function madeUpRun(n: number, now: number, some: Partial<RunSummary>): RunSummary {
  const status: RunStatus = some.status ?? 'queued'
  const started = status !== 'queued' && status !== 'scheduled'
  const ended = status === 'succeeded' || status === 'failed' || status === 'cancelled'
  return {
    id: `run${String(n).padStart(4, '0')}`,
    title: 'A run',
    op: 'agent',
    template: null,
    projectId: 'web',
    lane: 'A',
    priority: 0,
    status,
    outcome: null,
    attention: null,
    timeoutStatus: 'normal',
    timedFrom: some.timeoutAt ? (some.startedAt ?? null) : null,
    warningAt: null,
    timeoutAt: null,
    pausedAt: null,
    reconnectDeadline: null,
    cancelMode: null,
    cancelSignal: null,
    endedHow: null,
    progress: started ? -1 : 0,
    message: '',
    attempt: started ? 1 : 0,
    maxAttempts: 1,
    lost: 0,
    maxLost: 3,
    runAt: now - 20 * MINUTE,
    createdAt: now - 20 * MINUTE,
    startedAt: started ? now - 5 * MINUTE : null,
    endedAt: ended ? now - MINUTE : null,
    heartbeatAt: started && !ended ? now - 4_000 : null,
    sessionId: null,
    worktreeId: null,
    model: null,
    error: null,
    cost: 0,
    dismissed: false,
    ...some,
  }
}

/** A time of that many minutes and seconds, in milliseconds. */
export const clock = (minutes: number, seconds: number) => (minutes * 60 + seconds) * 1_000
