import type { WorkerStatus } from '../../shared/models/index.ts'
import type { State } from './scene.ts'

/** What the host of a gallery state keeps going. */
export function madeUpWorkers(state: State, now: number): WorkerStatus[] {
  if (state === 'empty') return []
  const up = now - 3 * 3_600_000
  const one = (name: string, some: Partial<WorkerStatus> = {}): WorkerStatus => ({
    id: name.toLowerCase().replaceAll(' ', '-'),
    name,
    kind: 'supervised',
    critical: false,
    state: 'running',
    restarts: 0,
    abandoned: 0,
    lastError: null,
    nextTryAt: null,
    startedAt: some.state === undefined || some.state === 'running' || some.state === 'half_open' ? up : null,
    ...some,
  })
  const degraded = state === 'degraded'
  const hung = state === 'hung'
  const usual = [
    one('Store', {
      critical: true,
      ...(degraded && {
        state: 'open',
        restarts: 5,
        lastError: 'The disk reported an error while the database was read or written. Check the disk, then try again.',
        nextTryAt: now + 52_000,
      }),
    }),
    one('Heartbeats', {
      critical: true,
      ...(degraded && { state: 'half_open', restarts: 6, lastError: 'The heartbeat thread ended with code 1.' }),
    }),
    one('OpenCode server', {
      restarts: 2,
      lastError: 'the OpenCode server ended (SIGKILL)',
      startedAt: now - 22 * 60_000,
      ...(degraded && { state: 'backing_off', restarts: 3, startedAt: null, nextTryAt: now + 8_000 }),
      ...(hung && {
        state: 'hung',
        restarts: 1,
        abandoned: 1,
        startedAt: null,
        lastError: 'It did not start within 120 s.',
        nextTryAt: now + 4_000,
      }),
    }),
    one('Sweeper', {
      ...(hung && {
        state: 'hung',
        abandoned: 2,
        lastError: 'It did not stop within 15 s and was given up; something of it may still run.',
        nextTryAt: now + 31_000,
      }),
    }),
    one('Timeout checker', degraded ? { state: 'starting', startedAt: null } : {}),
    one('Executor pool', { critical: true }),
    one('Worker desk', {
      kind: 'worker',
      workerId: 'desk',
      instanceId: 'ins_1',
      build: { version: '1.4.2', contentHash: 'c07e' },
      restarts: 1,
    }),
  ]
  if (state !== 'thousand' && state !== 'ten-thousand') return usual
  const states = ['running', 'running', 'running', 'backing_off', 'open', 'stopped'] as const
  const many = Array.from({ length: 994 }, (_, index) => {
    const its = states[index % states.length]!
    const waits = its === 'backing_off' || its === 'open'
    return one(`Executor ${index + 1}`, {
      state: its,
      restarts: index % 7,
      startedAt: its === 'running' ? up + index * 1_000 : null,
      lastError: waits ? `exit code ${index % 5}` : null,
      nextTryAt: waits ? now + index * 300 : null,
    })
  })
  return [...usual, ...many]
}
