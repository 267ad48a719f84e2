import type { LaneName, RunStatus, RunSummary } from '../../shared/models/index.ts'

const MINUTE = 60_000

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
    timedFrom: null,
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

const clock = (minutes: number, seconds: number) => (minutes * 60 + seconds) * 1_000

/** A working afternoon: something in every state. */
export function someRuns(now: number): RunSummary[] {
  const at = (minutes: number, seconds = 0) => now - clock(minutes, seconds)
  const rows: Partial<RunSummary>[] = [
    {
      title: 'Move auth to sessions',
      projectId: 'api',
      status: 'running',
      attention: 'permission',
      message: 'wants to run: psql -f migrations/0042_sessions.sql',
      progress: 0.5,
      startedAt: at(6, 41),
      pausedAt: at(1, 10),
      cost: 0.31,
    },
    {
      title: 'Add CSV import',
      status: 'running',
      progress: 0.62,
      message: 'edit src/import/parse.ts +84 −12',
      startedAt: at(3, 12),
      cost: 0.18,
    },
    {
      title: 'Flaky test in checkout: find out why the third retry of the payment step sometimes sees an old cart',
      projectId: 'shop',
      status: 'running',
      progress: 0.81,
      message: 'bash npm test -- checkout (3rd time)',
      startedAt: at(12, 5),
      timeoutStatus: 'warning',
      warningAt: at(0, 5),
      timeoutAt: now + clock(2, 55),
      attempt: 2,
      maxAttempts: 3,
      cost: 0.74,
    },
    { title: 'Docs for the v2 API', projectId: 'api', status: 'running', message: 'reading 14 files', startedAt: at(0, 38), cost: 0.02 },
    { title: 'Upgrade react-query', status: 'queued' },
    { title: 'Remove legacy flags', status: 'queued', runAt: at(12) },
    { title: 'Describe every exported function of the billing package in one line', projectId: 'shop', status: 'queued', runAt: at(8) },
    {
      title: 'Test matrix, node 24',
      projectId: 'shop',
      lane: 'B',
      op: 'shell',
      status: 'running',
      progress: 0.44,
      message: '✓ 1 204  ✗ 0  of 2 731',
      startedAt: at(1, 20),
    },
    {
      title: 'Review branch pay-3',
      projectId: 'shop',
      lane: 'B',
      template: 'review',
      status: 'running',
      progress: 0.7,
      message: 'src/pay/refund.ts:118 rounding',
      startedAt: at(2, 2),
      cost: 0.09,
      heartbeatAt: at(1, 10),
    },
    {
      title: 'Nightly link check',
      projectId: 'infra',
      lane: 'B',
      op: 'http',
      status: 'failed',
      outcome: 'error',
      error: { code: 'PROVIDER_ERROR', message: 'The provider answered 429 five times; try again after 18:00.' },
      attempt: 3,
      maxAttempts: 3,
      startedAt: at(31),
      endedAt: at(26, 20),
    },
    { title: 'Licence scan', projectId: 'infra', lane: 'B', op: 'shell', status: 'scheduled', runAt: now + clock(74, 0) },
    {
      title: 'Rename Order to Booking',
      projectId: 'shop',
      lane: 'C',
      status: 'running',
      progress: 0.33,
      message: 'edit 41 of 126 files',
      startedAt: at(21, 47),
      cost: 2.1,
      model: 'anthropic/opus',
    },
    {
      title: 'Which currency does the old invoice table use?',
      projectId: 'api',
      lane: 'C',
      status: 'running',
      attention: 'question',
      message: 'asks: which of the two tables is the truth?',
      startedAt: at(4, 9),
      cost: 0.12,
    },
    { title: 'Fuzz the parser', projectId: 'api', lane: 'C', status: 'scheduled', runAt: now + clock(18, 0) },
    { title: 'Deploy docs', projectId: 'infra', lane: 'D', op: 'shell', status: 'queued' },
    {
      title: 'Bump CI images',
      projectId: 'infra',
      lane: 'D',
      status: 'succeeded',
      outcome: 'success',
      progress: 1,
      message: '4 files changed, merged into main',
      endedAt: at(4),
      cost: 0.05,
    },
    {
      title: 'Rewrite README',
      lane: 'D',
      status: 'cancelled',
      outcome: 'cancelled',
      progress: 0.2,
      message: 'cancelled by you',
      endedAt: at(19),
    },
  ]
  return rows.map((row, index) => madeUpRun(index + 1, now, row))
}

/** Runs about whose time there is something to say, and every way in which one is ended. */
export function runsAtTheirLimits(now: number): RunSummary[] {
  const at = (minutes: number, seconds = 0) => now - clock(minutes, seconds)
  const out: Partial<RunSummary> = { status: 'running', timeoutStatus: 'timed_out', progress: 0.9 }
  const gone = (endedHow: RunSummary['endedHow'], outcome: 'cancelled' | 'killed' | 'timed_out'): Partial<RunSummary> => ({
    status: outcome === 'timed_out' ? 'failed' : 'cancelled',
    outcome,
    endedHow,
    startedAt: at(14),
    endedAt: at(2),
    progress: 0.4,
  })
  const rows: Partial<RunSummary>[] = [
    {
      ...out,
      title: 'Port the billing tests',
      attention: 'timeout',
      message: 'bash npm test -- billing',
      startedAt: at(17),
      timeoutAt: at(2),
    },
    {
      ...out,
      title: 'Split the checkout page into parts that can be loaded on their own, and measure each',
      projectId: 'shop',
      attention: 'timeout',
      progress: -1,
      message: 'reading 41 files',
      startedAt: at(64),
      timeoutAt: at(4),
    },
    {
      title: 'Move auth to sessions',
      projectId: 'api',
      status: 'running',
      attention: 'permission',
      message: 'wants to run: psql -f migrations/0042_sessions.sql',
      startedAt: at(6, 41),
      pausedAt: at(1, 10),
    },
    {
      title: 'Flaky test in checkout',
      projectId: 'shop',
      status: 'running',
      timeoutStatus: 'warning',
      warningAt: at(0, 5),
      timeoutAt: now + clock(2, 55),
      progress: 0.81,
      message: 'bash npm test -- checkout (3rd time)',
      startedAt: at(12, 5),
      attempt: 2,
      maxAttempts: 3,
    },
    {
      title: 'Pull · web',
      op: 'git.pull',
      lane: 'B',
      status: 'running',
      timeoutStatus: 'warning',
      warningAt: at(1),
      timeoutAt: now + clock(0, 20),
      message: 'fetch origin',
      startedAt: at(1, 10),
    },
    { ...out, title: 'Container image of the docs', op: 'docker', lane: 'B', message: 'npm ci', startedAt: at(30, 4), timeoutAt: at(0, 4) },
    { title: 'Rename Order to Booking', lane: 'B', status: 'cancelling', cancelMode: 'cancel', progress: 0.33, message: 'cancelling' },
    {
      title: 'Fuzz the parser',
      lane: 'B',
      op: 'shell',
      status: 'cancelling',
      cancelMode: 'kill',
      cancelSignal: 'SIGTERM',
      message: 'being killed',
    },
    {
      title: 'Restart OpenCode',
      op: 'opencode.restart',
      projectId: null,
      lane: 'C',
      status: 'awaiting_reconnect',
      startedAt: at(0, 21),
      reconnectDeadline: at(0, 21) + 120_000,
    },
    { title: 'Commit · Add CSV import', op: 'git.commit', lane: 'C', status: 'running', message: 'git commit', startedAt: at(0, 3) },
    { title: 'Remove worktree · task-run0017', op: 'worktree.remove', lane: 'C', status: 'queued' },
    {
      title: 'Kill · Licence scan',
      op: 'kill',
      lane: 'C',
      status: 'succeeded',
      outcome: 'success',
      message: 'Asked “Licence scan” to end by SIGTERM',
      progress: 1,
    },
    {
      ...gone(null, 'timed_out'),
      title: 'Update worker desk',
      op: 'opencode.restart',
      lane: 'C',
      outcome: 'stale_binary',
      error: { code: 'STALE_BINARY', message: 'desk came back as 1.4.1, and 1.4.2 was expected.' },
    },
    {
      ...gone(null, 'timed_out'),
      title: 'Update worker attic',
      op: 'opencode.restart',
      lane: 'C',
      outcome: 'suspicious',
      error: { code: 'SUSPICIOUS', message: 'attic answered with the instance that was there before.' },
    },
    {
      ...gone(null, 'timed_out'),
      title: 'Create worktree · shop',
      op: 'worktree.create',
      lane: 'C',
      outcome: 'post_check_failed',
      error: { code: 'POST_CHECK_FAILED', message: 'The worktree is not in git’s list.' },
    },
    { ...gone('cooperative', 'cancelled'), title: 'Rewrite README', lane: 'D', message: 'Cancelled: not needed any more' },
    { ...gone('term', 'killed'), title: 'Licence scan', lane: 'D', op: 'shell', message: 'Killed' },
    { ...gone('kill', 'killed'), title: 'Bump CI images', lane: 'D', op: 'shell', message: 'Killed: it hung' },
    { ...gone('fenced', 'killed'), title: 'Deploy docs', lane: 'D', op: 'shell', message: 'Killed' },
    {
      ...gone('term', 'timed_out'),
      title: 'Nightly link check',
      lane: 'D',
      op: 'http',
      error: { code: 'TIMED_OUT', message: 'The time limit of 5 min was over.' },
    },
  ]
  return rows.map((row, index) => madeUpRun(index + 1, now, row))
}

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
