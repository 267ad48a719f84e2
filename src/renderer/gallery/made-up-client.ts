import { AppError, type FileDiff, type LiveState, type Reconnect, type RunSummary, type Worktree } from '../../shared/models/index.ts'
import type { AppClient } from '../client/index.ts'
import { GALLERY_OPS } from '../features/run-op/gallery-ops.ts'
import { madeUpRun } from './made-up-run.ts'
import type { State } from './scene.ts'

/** Answers the few calls that screens make by themselves; everything else is refused, because there is nothing to do it. */
export function createMadeUpClient(state: State, live: LiveState): AppClient {
  const refuse = async () => {
    throw new AppError('STORE_UNAVAILABLE', 'The gallery is not connected to anything.')
  }
  const answers: Record<string, (input: never) => unknown> = {
    'runs.list': (input: { limit?: number; cursor?: string }) => listRuns(live.runs, input),
    'runs.get': (input: { id: string }) => ({
      ...live.runs.find((run) => run.id === input.id),
      params: {},
      steps: [],
      idempotencyKey: null,
      target: null,
      reconnect: awaited(live.runs.find((run) => run.id === input.id)),
    }),
    'runs.attempts': () => ({ attempts: [] }),
    'runs.diff': () => ({
      base: '4be21a7',
      head: null,
      files: ['src/import/parse.ts', 'src/import/rows.ts', 'test/import.test.ts'].map(changedFile),
    }),
    'runs.follow': () => nothing(),
    'worktrees.list': (input: { projectId: string }) => ({ worktrees: state === 'empty' ? [] : worktreesOf(input.projectId) }),
    'ops.list': () => ({ ops: GALLERY_OPS }),
    'host.models': () => ({ models: [], defaultModel: null }),
  }
  const never = () => new Promise(() => {})
  const call = (name: string) => {
    if (state === 'loading') return never
    if (state === 'failed' || state === 'refused') return refuse
    return (answers[name] ? async (input: never) => answers[name]?.(input) : refuse) as never
  }
  return new Proxy({} as AppClient, {
    get: (_, group: string) => new Proxy({}, { get: (__, verb: string) => call(`${group}.${verb}`) }),
  })
}

const awaited = (run: RunSummary | undefined): Reconnect | null =>
  run?.status !== 'awaiting_reconnect'
    ? null
    : {
        workerId: 'desk',
        oldBuild: { version: '1.4.1', contentHash: '9a31' },
        expectedBuild: { version: '1.4.2', contentHash: 'c07e' },
        oldInstanceId: 'ins_1',
        oldStartedAt: Date.now() - 7_200_000,
        deadline: (run.startedAt ?? 0) + 120_000,
        seenAt: null,
      }

const changedFile = (path: string, index: number): FileDiff => ({
  path,
  oldPath: null,
  status: index === 2 ? 'added' : 'modified',
  additions: 84 >> index,
  deletions: 12 >> (index * 2),
  binary: false,
  patch: '',
  truncated: false,
})

async function* nothing(): AsyncGenerator<never> {
  await new Promise(() => {})
}

function listRuns(runs: readonly RunSummary[], { limit = 50, cursor }: { limit?: number; cursor?: string }) {
  const past = runs.length === 0 ? [] : Array.from({ length: 300 }, (_, index) => oldRun(index))
  const all = [...runs].sort((a, b) => b.createdAt - a.createdAt).concat(past)
  const start = Number(cursor ?? 0)
  return { runs: all.slice(start, start + limit), nextCursor: start + limit < all.length ? String(start + limit) : null }
}

const ENDINGS = ['succeeded', 'succeeded', 'succeeded', 'failed', 'cancelled'] as const

function oldRun(index: number): RunSummary {
  const at = Date.now() - 86_400_000 - index * 3_000_000
  return madeUpRun(20_000 + index, at, {
    title: `Something done before, number ${300 - index}`,
    status: ENDINGS[index % ENDINGS.length]!,
    projectId: (['web', 'api', 'shop'] as const)[index % 3]!,
    cost: (index % 17) / 10,
  })
}

function worktreesOf(projectId: string): Worktree[] {
  const one = (name: string, some: Partial<Worktree>): Worktree => ({
    id: name,
    name,
    projectId,
    path: `/home/you/.local/share/control-room/worktrees/${projectId}/${name}`,
    branch: name,
    runId: null,
    baseCommit: '4be21a7',
    headCommit: '4be21a7',
    main: false,
    dirty: false,
    ahead: 0,
    sizeBytes: 38_000_000,
    createdAt: Date.now() - 400_000,
    ...some,
  })
  return [
    one(projectId, { main: true, branch: 'main', createdAt: null, sizeBytes: 412_000_000 }),
    one('task-run0002-20260108t1405', { runId: 'run0002', dirty: true }),
    one('task-run0016-20260108t1350', { runId: 'run0016', ahead: 3 }),
    one('task-run0017-20260107t0912', {}),
  ]
}
