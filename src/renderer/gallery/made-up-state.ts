import {
  type InboxItem,
  LANE_NAMES,
  type Lane,
  type LiveState,
  type Operation,
  type Project,
  type RunSummary,
  Settings,
} from '../../shared/models/index.ts'
import { runGroup } from '../format/index.ts'
import { runsAtTheirLimits } from './late-runs.ts'
import { madeUpWorkers } from './made-up-workers.ts'
import { manyRuns } from './many-runs.ts'
import type { State } from './scene.ts'
import { someRuns } from './usual-runs.ts'

/** What a core could be telling in a state of the gallery. */
export function madeUpState(state: State, now: number, theme: 'light' | 'dark'): LiveState {
  const runs = runsOf(state, now)
  return {
    runs,
    operations: state === 'empty' ? [] : operationsOf(runs, now),
    lanes: LANE_NAMES.map((name) => laneOf(name, runs, now)),
    projects: state === 'empty' ? [] : projects(now, state === 'thousand' ? 40 : 0),
    inbox: inboxOf(runs, now),
    host: [
      {
        id: 'host',
        instanceId: '01k4x9gallery',
        version: '0.1.0',
        host: 'desktop',
        dataDir: '/home/you/.local/share/control-room',
        store: 'SQLite',
        startedAt: now - 3 * 3_600_000,
        opencode:
          state === 'empty'
            ? { state: 'stopped', version: null, pid: null, error: null }
            : state === 'hung'
              ? { state: 'failed', version: null, pid: null, error: 'It did not start within 120 s.' }
              : state === 'degraded'
                ? { state: 'failed', version: null, pid: null, error: 'the OpenCode server ended (SIGKILL)' }
                : { state: 'ready', version: '1.18.33', pid: 41_207, error: null },
        state: state === 'degraded' ? 'degraded' : 'ready',
        problem: state === 'degraded' ? PROBLEM : null,
        interrupted: [],
        demo: null,
      },
    ],
    settings: [{ ...Settings.parse({ theme }), id: 'settings' }],
    workers: madeUpWorkers(state, now),
  }
}

function runsOf(state: State, now: number): RunSummary[] {
  if (state === 'empty') return []
  if (state === 'limits') return runsAtTheirLimits(now)
  return state === 'thousand' ? manyRuns(1_000, now) : state === 'ten-thousand' ? manyRuns(10_000, now) : someRuns(now)
}

const PROBLEM =
  'Store crashed too often. Reset it to try again now. Its last error: The disk reported an error while the database was read or written. Check the disk, then try again.'

const LIMITS = { A: 4, B: 2, C: 2, D: 1 } as const

function laneOf(name: (typeof LANE_NAMES)[number], runs: readonly RunSummary[], now: number): Lane {
  const mine = runs.filter((run) => run.lane === name)
  const queued = mine.filter((run) => runGroup(run) === 'queued').length
  const running = mine.filter((run) => run.status === 'running').length
  return {
    name,
    limit: Math.max(LIMITS[name], running),
    paused: name === 'D',
    queued,
    running,
    oldestQueuedAt: queued > 0 ? now - 200_000 : null,
  }
}

function operationsOf(runs: readonly RunSummary[], now: number): Operation[] {
  const ofRuns = runs.filter((run) => run.startedAt !== null).map((run) => operationOf(run, now))
  const own: Operation[] = [
    { ...plain('op1', 'Create worktree', 'worktree', now - 1_000), message: 'web, task-01k4x9' },
    {
      ...plain('op2', 'Update OpenCode', 'update', now - 22_000),
      progress: 0.91,
      message: 'waiting for it to come back',
      cancellable: true,
    },
    { ...plain('op3', 'Pull shop', 'command', now - 300_000), state: 'completed', progress: 1, endedAt: now - 298_000, inHistory: true },
    {
      ...plain('op4', 'Add project infra', 'loading', now - 900_000),
      state: 'completed',
      progress: 1,
      endedAt: now - 899_000,
      inHistory: true,
    },
  ]
  return [...own, ...ofRuns.slice(0, 400)]
}

const plain = (id: string, name: string, category: Operation['category'], startedAt: number): Operation => ({
  id,
  name,
  category,
  state: 'active',
  startedAt,
  endedAt: null,
  progress: -1,
  message: '',
  cancellable: false,
  error: null,
  retryOf: null,
  runId: null,
  parentId: null,
  canRetry: false,
  inHistory: false,
})

function operationOf(run: RunSummary, now: number): Operation {
  const state = run.status === 'succeeded' ? 'completed' : run.status === 'failed' || run.status === 'cancelled' ? run.status : 'active'
  return {
    ...plain(run.id, run.title, 'run', run.startedAt ?? now),
    state,
    endedAt: run.endedAt,
    progress: run.progress,
    message: run.message,
    cancellable: true,
    error: run.error,
    runId: run.id,
    canRetry: state === 'failed',
    inHistory: state === 'completed' || state === 'cancelled',
  }
}

function projects(now: number, more: number): Project[] {
  const one = (id: string, some: Partial<Project> = {}): Project => ({
    id,
    name: id,
    path: `/home/you/code/${id}`,
    defaultBranch: 'main',
    trusted: true,
    runsCode: [],
    selected: false,
    limit: null,
    addedAt: now,
    problem: null,
    ...some,
  })
  return [
    one('web', { selected: true }),
    one('api', { limit: 2 }),
    one('shop'),
    one('infra', { trusted: false, runsCode: ['.opencode/plugin/deploy.ts', 'opencode.json: MCP server "tickets" (npx tickets-mcp)'] }),
    one('docs', { problem: 'The folder is not there. Put it back, or remove the project from the list.' }),
    ...Array.from({ length: more }, (_, index) => one(`service${index + 1}`)),
  ]
}

function inboxOf(runs: readonly RunSummary[], now: number): InboxItem[] {
  return runs
    .filter((run) => run.attention === 'permission' || run.attention === 'question' || run.attention === 'timeout')
    .map(
      (run, index): InboxItem =>
        run.attention === 'timeout'
          ? {
              id: `timeout-${run.id}`,
              runId: run.id,
              kind: 'timeout',
              createdAt: run.timeoutAt ?? now,
              title: `The time limit of “${run.title}” is over.`,
              data: { timedFrom: run.timedFrom, timeoutAt: run.timeoutAt },
              questions: [],
            }
          : run.attention === 'permission'
            ? {
                id: `per${index}`,
                runId: run.id,
                kind: 'permission',
                createdAt: now - 70_000 - index,
                title: 'bash: psql -f migrations/0042_sessions.sql',
                data: {
                  permission: 'bash',
                  patterns: ['psql -f migrations/0042_sessions.sql'],
                  metadata: { command: 'psql -f migrations/0042_sessions.sql' },
                  always: ['psql *'],
                },
                questions: [],
              }
            : {
                id: `que${index}`,
                runId: run.id,
                kind: 'question',
                createdAt: now - 40_000,
                title: 'Which table is the truth?',
                data: null,
                questions: [
                  {
                    question: 'Both invoices and invoices_v1 have a currency. Which one counts?',
                    multiple: false,
                    options: [
                      { label: 'invoices', description: 'Written since March, 40 % of the rows' },
                      { label: 'invoices_v1', description: 'Written by the nightly job' },
                    ],
                  },
                ],
              },
    )
}
