import type { LaneName, RunStatus, RunSummary } from '../../shared/models/index.ts'
import { madeUpRun } from './made-up-run.ts'

const VERBS = ['Fix', 'Add', 'Remove', 'Rename', 'Test', 'Document', 'Speed up', 'Review', 'Split', 'Port']
const THINGS = [
  'the import wizard',
  'session handling',
  'currency rounding',
  'the search index',
  'flaky checkout tests',
  'OpenAPI docs',
  'the retry loop',
  'dead feature flags',
]
const STATUSES: readonly RunStatus[] = [
  'queued',
  'queued',
  'queued',
  'queued',
  'queued',
  'queued',
  'succeeded',
  'succeeded',
  'failed',
  'cancelled',
]

/** Many runs, most of them waiting, fifty at work; the same at every call. */
export function manyRuns(count: number, now: number): RunSummary[] {
  const lanes: readonly LaneName[] = ['A', 'A', 'B', 'C', 'D']
  const projects = ['web', 'api', 'shop', 'infra', 'docs']
  return Array.from({ length: count }, (_, index) => {
    const status: RunStatus = index < 50 ? 'running' : STATUSES[(index * 7) % STATUSES.length]!
    return madeUpRun(index + 1, now, {
      title: `${VERBS[index % VERBS.length]} ${THINGS[(index * 3) % THINGS.length]} ${index + 1}`,
      status,
      lane: lanes[(index * 3) % lanes.length]!,
      projectId: projects[index % projects.length]!,
      attention: index < 4 ? 'permission' : null,
      progress: status === 'running' ? (index % 9) / 10 : status === 'succeeded' ? 1 : 0.4,
      message: status === 'running' ? `edit src/part-${index}/index.ts +${index} −2` : '',
      createdAt: now - index * 40_000,
      runAt: now - index * 40_000,
      startedAt: status === 'queued' ? null : now - 30_000 - index * 7_000,
      endedAt: status === 'queued' || status === 'running' ? null : now - index * 300,
      error: status === 'failed' ? { code: 'EXIT_CODE', message: `The command ended with exit code ${index % 3}.` } : null,
      cost: status === 'queued' ? 0 : (index % 40) / 20,
    })
  })
}
