/** Made-up but plausible runs for the gallery: nothing of it is read outside that page. */
import type { RunDiff } from '../../../shared/contract/index.ts'
import type { FileDiff, InboxItem, Json, Reconnect, Run, RunAttempt, RunEvent, RunStep } from '../../../shared/models/index.ts'
import type { Loadable } from './data/loadable.ts'
import { createRunFeed, type FeedView } from './feed/run-feed.ts'

export const NOW = Date.now()
const MINUTE = 60_000

const step = (fields: Partial<RunStep> = {}): RunStep => ({
  index: 0,
  op: 'agent',
  name: 'agent',
  params: { prompt: 'Replace the JWT cookies by server sessions. Keep the public API. Add a migration and tests.' },
  status: 'running',
  outcome: null,
  startedAt: NOW - 7 * MINUTE,
  endedAt: null,
  warningAt: NOW + 23 * MINUTE,
  timeoutAt: NOW + 53 * MINUTE,
  timeoutStatus: 'normal',
  timedFrom: null,
  onTimeout: 'ask',
  pausedAt: null,
  continueOnError: false,
  timeouts: null,
  error: null,
  result: null,
  ...fields,
})

export const makeRun = (fields: Partial<Run> = {}): Run => ({
  id: '01k4x9w6y3t0b7c2d5e8f1g4h7',
  title: 'Move auth to sessions',
  op: 'agent',
  template: null,
  projectId: 'p1',
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
  progress: 0.62,
  message: 'edit src/auth/middleware.ts',
  attempt: 1,
  maxAttempts: 1,
  lost: 0,
  maxLost: 3,
  runAt: NOW - 8 * MINUTE,
  createdAt: NOW - 9 * MINUTE,
  startedAt: NOW - 7 * MINUTE,
  endedAt: null,
  heartbeatAt: NOW - 2_000,
  sessionId: 'ses_1',
  worktreeId: 'task-01k4x9w6y3t0b7c2d5e8f1g4h7-1785581720412',
  model: 'anthropic/claude-sonnet-4-5',
  error: null,
  cost: 0.31,
  dismissed: false,
  params: {},
  steps: [step()],
  idempotencyKey: null,
  target: null,
  reconnect: null,
  ...fields,
})

export const waitingStep = step({ status: 'pending', startedAt: null, warningAt: null, timeoutAt: null })
export const makeStep = step

/** A request to decide about a run whose time is over. */
export const timeoutItem: InboxItem = {
  id: 'timeout-01k4x9w6y3t0b7c2d5e8f1g4h7',
  runId: '01k4x9w6y3t0b7c2d5e8f1g4h7',
  kind: 'timeout',
  createdAt: NOW - 90_000,
  title: 'The time limit of “Move auth to sessions” is over.',
  data: null,
  questions: [],
}

/** Waits for the worker `desk` with a new program. */
export const someReconnect: Reconnect = {
  workerId: 'desk',
  oldBuild: { version: '1.4.1', contentHash: '9a31' },
  expectedBuild: { version: '1.4.2', contentHash: 'c07e' },
  oldInstanceId: 'ins_1',
  oldStartedAt: NOW - 120 * MINUTE,
  deadline: NOW + 95_000,
  seenAt: null,
}

/** Builds events one after the other, two seconds apart. */
const script = (start = NOW - 7 * MINUTE) => {
  const events: RunEvent[] = []
  const add = (kind: string, message: string, data: Json | null = null, fields: Partial<RunEvent> = {}) => {
    const seq = events.length + 1
    events.push({ seq, at: start + seq * 2_000, attemptId: 'att1', step: 0, kind, level: 'info', message, data, ...fields })
  }
  let part = 0
  return {
    events,
    add,
    text: (text: string) => add('text', text, { messageId: 'm', partId: `p${++part}`, text }),
    think: (text: string) =>
      add('reasoning', text, { messageId: 'm', partId: `p${++part}`, text, startedAt: start, endedAt: start + 8_400 }),
    tool: (tool: string, title: string, input: Json, output: string, more: Record<string, Json> = {}) => {
      const at = start + events.length * 2_000
      add('tool', `${tool} ${title}`, {
        messageId: 'm',
        partId: `p${++part}`,
        tool,
        status: 'completed',
        title,
        input,
        output,
        startedAt: at,
        endedAt: at + 1_400 + (part % 7) * 900,
        ...more,
      })
    },
  }
}

const ESC = '\u001b'
const TESTS = `${ESC}[1mRUN${ESC}[22m  v5.1.1 /home/me/shop\n\n ${ESC}[32m✓${ESC}[39m tests/auth/session.test.ts ${ESC}[2m(14 tests)${ESC}[22m 214ms\n ${ESC}[32m✓${ESC}[39m tests/auth/cookie.test.ts ${ESC}[2m(9 tests)${ESC}[22m 88ms\n\n ${ESC}[2mTest Files${ESC}[22m  ${ESC}[1;32m2 passed${ESC}[39;22m (2)\n ${ESC}[2m     Tests${ESC}[22m  ${ESC}[1;32m23 passed${ESC}[39;22m (23)\n`
const PROMPT = 'Replace the JWT cookies by server sessions. Keep the public API. Add a migration and tests.'
const TODOS = [
  { content: 'Read the auth module and its tests', status: 'completed' },
  { content: 'Session store with an in-memory and a SQL implementation', status: 'completed' },
  { content: 'requireSession middleware in front of the three routes', status: 'completed' },
  { content: 'Migration 0042 for the sessions table', status: 'in_progress' },
  { content: 'Tests for expiry and rotation', status: 'pending' },
]

/** The talk of an ordinary agent run, up to where it wants to run a migration. */
export const agentEvents = (): RunEvent[] => {
  const s = script()
  s.add('run', 'Queued in lane A.', { status: 'queued' }, { attemptId: null, step: null })
  s.add(
    'worktree',
    'Worktree task-01k4x9w6y3t0b7c2d5e8f1g4h7-1785581720412 made from 4be21a7c09.',
    { baseCommit: '4be21a7c09' },
    { step: null },
  )
  s.add('prompt', PROMPT, { messageId: 'msg1', text: PROMPT })
  s.think(
    'The user wants server sessions instead of JWT cookies. First I need to see where the token is read.\n\nLet me look at `src/auth` and at the tests before changing anything.',
  )
  s.tool(
    'grep',
    'cookies.jwt',
    { pattern: 'cookies\\.jwt', path: 'src' },
    'Found 3 matches\nsrc/auth/middleware.ts:15\nsrc/api/me.ts:8\nsrc/api/logout.ts:6',
  )
  s.tool('read', 'src/auth/middleware.ts', { filePath: 'src/auth/middleware.ts' }, '00001| export function requireUser(req, res, next) {')
  s.text(
    'I read the auth module and its 23 tests. The token is checked in **three places**; I will put one `requireSession` in front of all of them:\n\n1. `GET /api/me` reads the cookie itself\n2. `POST /api/logout` clears it\n3. `requireUser` guards everything else\n\n| Today | After |\n| --- | --- |\n| signed JWT, 7 days | random id, row in `sessions` |\n| cannot be revoked | deleted at logout |\n\nThe cookie keeps its name, so that the public API does not change. See [the OWASP notes](https://cheatsheetseries.owasp.org/) on rotation.',
  )
  s.tool('todowrite', '5 todos', { todos: TODOS }, '')
  s.add('todos', '', { todos: TODOS })
  s.tool(
    'write',
    'src/auth/session.ts',
    { filePath: 'src/auth/session.ts', content: Array.from({ length: 118 }, (_, i) => `line ${i}`).join('\n') },
    'Wrote file successfully.',
  )
  s.add('files', '', { files: ['src/auth/session.ts'] })
  s.tool(
    'edit',
    'src/auth/middleware.ts',
    {
      filePath: 'src/auth/middleware.ts',
      oldString: '  const token = req.cookies.jwt\n  if (!token) return res.sendStatus(401)\n  req.user = verify(token)\n',
      newString:
        '  const session = await findSession(store, req.cookies.sid)\n  if (!session) return res.sendStatus(401)\n  req.user = session.user\n',
    },
    'Edit applied.',
  )
  s.add('files', '', { files: ['src/auth/middleware.ts', 'src/api/me.ts'] })
  s.tool('bash', 'Run the auth tests', { command: 'npm test -- auth' }, TESTS, { metadata: { exit: 0 } })
  s.tool(
    'bash',
    'Type check',
    { command: 'npx tsc --noEmit' },
    "src/api/logout.ts(6,18): error TS2339: Property 'jwt' does not exist on type 'Cookies'.\n",
    {
      metadata: { exit: 2 },
    },
  )
  s.add('usage', '', {
    messageId: 'm',
    cost: 0.31,
    tokens: { input: 31_200, output: 4_800, reasoning: 900, cacheRead: 4_100, cacheWrite: 0 },
  })
  s.text(
    'One caller is left. The sessions table is new, so the database needs one migration before the last test can run:\n\n```sql\ncreate table sessions (\n  id text primary key,\n  user_id bigint not null references users (id) on delete cascade,\n  expires_at timestamptz not null\n);\n```',
  )
  return s.events
}

export const permissionItem: InboxItem = {
  id: 'per_1',
  runId: '01k4x9w6y3t0b7c2d5e8f1g4h7',
  kind: 'permission',
  createdAt: NOW - 40_000,
  title: 'bash: psql -f migrations/0042_sessions.sql',
  data: {
    permission: 'bash',
    patterns: ['psql -f migrations/0042_sessions.sql'],
    metadata: { command: 'psql -f migrations/0042_sessions.sql' },
    always: ['psql *'],
  },
  questions: [],
}
export const editPermission: InboxItem = {
  ...permissionItem,
  id: 'per_2',
  title: 'edit: src/auth/middleware.ts',
  data: {
    permission: 'edit',
    patterns: ['src/auth/middleware.ts'],
    always: ['*'],
    metadata: {
      filepath: 'src/auth/middleware.ts',
      diff: '@@ -12,9 +12,9 @@ requireUser\n export function requireUser(req, res, next) {\n-  const token = req.cookies.jwt\n-  if (!token) return res.sendStatus(401)\n+  const session = await findSession(store, req.cookies.sid)\n+  if (!session) return res.sendStatus(401)\n   next()\n }',
    },
  },
}
export const questionItem: InboxItem = {
  ...permissionItem,
  id: 'que_1',
  kind: 'question',
  title: 'How long should a session last?',
  data: {},
  questions: [
    {
      question: 'How long should a session last?',
      multiple: false,
      options: [
        { label: '7 days, sliding', description: 'Each request renews it. What users have today.' },
        { label: '12 hours, fixed', description: 'Everyone signs in once a day.' },
      ],
    },
    {
      question: 'Which clients must keep working without a new login?',
      multiple: true,
      options: [{ label: 'Web' }, { label: 'iOS app' }, { label: 'Command line' }],
    },
  ],
}

/** A run that was tried three times and gave up. */
export const failedEvents = (): RunEvent[] => {
  const s = script()
  s.add('prompt', 'Check every link in docs/ and fix the dead ones.', {
    messageId: 'msg1',
    text: 'Check every link in docs/ and fix the dead ones.',
  })
  s.tool('bash', 'Look for links', { command: 'npx lychee docs --format json' }, '', {
    status: 'error',
    error: 'Tool execution aborted\nThe command did not end within 120 s.',
  })
  s.add('provider.retry', 'Overloaded', { attempt: 4, message: 'anthropic: 529 Overloaded', nextAt: NOW - 5 * MINUTE })
  s.add('attempt', 'Attempt 1 ended: the provider answered 529 five times.', { outcome: 'error' }, { level: 'warn' })
  s.add('run', 'Tried again: attempt 2 of 3 in 4 s.', { status: 'scheduled' }, { attemptId: null })
  s.add('attempt', 'Attempt 2 started on worker desk.', { status: 'running' }, { attemptId: 'att2' })
  s.add('text', '', { messageId: 'm', partId: 'q1', text: 'I go on where I stopped: 41 of 126 files are checked.' }, { attemptId: 'att2' })
  s.add('permission', 'webfetch: https://example.com/guide', { requestId: 'old1' }, { attemptId: 'att2' })
  s.add('permission.replied', '', { requestId: 'old1', reply: 'once' }, { attemptId: 'att2' })
  s.add('permission', 'bash: rm -rf docs/old', { requestId: 'old2' }, { attemptId: 'att2' })
  s.add(
    'permission.replied',
    '',
    { requestId: 'old2', reply: 'reject', message: 'keep the old pages, only fix links' },
    { attemptId: 'att2' },
  )
  s.add('attempt', 'Attempt 3 started on worker desk.', { status: 'running' }, { attemptId: 'att3' })
  s.add('run', 'Failed: anthropic: 529 Overloaded', { status: 'failed', outcome: 'error' }, { level: 'error', attemptId: null })
  return s.events
}

/** The output of a shell step: `lines` lines, coloured here and there. */
export const logEvents = (lines: number): RunEvent[] => {
  const s = script(NOW - 20 * MINUTE)
  s.add('run', 'Queued in lane B.', { status: 'queued' }, { attemptId: null, step: null })
  s.add('attempt', 'Attempt 1 started on worker desk.', { status: 'running' }, { step: null })
  const each = 50
  for (let at = 0; at < lines; at += each) {
    const text = Array.from({ length: Math.min(each, lines - at) }, (_, i) => {
      const n = at + i
      if (n % 97 === 0)
        return `${ESC}[31m✗${ESC}[39m tests/suite-${n}.test.ts ${ESC}[31m1 failed${ESC}[39m ${ESC}[2m(expected 3 to be 4)${ESC}[22m`
      if (n % 41 === 0) return `${ESC}[33mwarning${ESC}[39m unused import in src/module-${n}.ts:${n % 300}:7`
      return `${ESC}[32m✓${ESC}[39m tests/suite-${n}.test.ts ${ESC}[2m(${(n % 30) + 1} tests) ${n % 900}ms${ESC}[22m`
    }).join('\n')
    s.add('log', text, null, { level: at % 2000 === 0 ? 'warn' : 'info' })
  }
  return s.events
}

/** A long conversation: many turns with text, thoughts and tools. */
export const longEvents = (turns: number): RunEvent[] => {
  const s = script(NOW - 120 * MINUTE)
  s.add('prompt', '', { messageId: 'm', text: 'Rename Order to Booking everywhere, file by file, and keep the tests green.' })
  for (let i = 0; i < turns; i++) {
    s.think(`File ${i}: what imports it, and does the type leave the package?`)
    s.tool('read', `src/orders/part-${i}.ts`, { filePath: `src/orders/part-${i}.ts` }, 'export class Order {}')
    s.tool(
      'edit',
      `src/orders/part-${i}.ts`,
      {
        filePath: `src/orders/part-${i}.ts`,
        oldString: `class Order${i} {}`,
        newString: `class Booking${i} {}\nexport type Order${i} = Booking${i}`,
      },
      'ok',
    )
    s.text(`Part ${i} is renamed. It had ${i % 9} callers${i % 3 === 0 ? ':\n\n- `src/api/index.ts`\n- `src/jobs/nightly.ts`' : '.'}`)
    if (i % 5 === 0) s.tool('bash', 'tests', { command: 'npm test -- --changed' }, TESTS, { metadata: { exit: 0 } })
  }
  return s.events
}

/** A feed that has been read, with an optional growing text. */
export const feedOf = (
  events: readonly RunEvent[],
  live: { partId: string; type: 'text' | 'reasoning' | 'tool'; text: string; tool?: string; input?: Json }[] = [],
): FeedView => {
  const feed = createRunFeed(() => () => {})
  feed.receive({
    type: 'snapshot',
    events: [...events],
    parts: live.map((part) => ({ messageId: 'm', startedAt: NOW - 4_000, ...part })),
    more: false,
  })
  return feed.view()
}

export const emptyFeed = (): FeedView => createRunFeed(() => () => {}).view()

export const ready = <T>(value: T): Loadable<T> => ({ state: 'ready', value, error: null, code: null, at: NOW })

const patchOf = (path: string, lines: number, seed = 0): string => {
  const body: string[] = []
  let added = 0
  let removed = 0
  for (let i = 0; i < lines; i++) {
    const kind = (i + seed) % 7
    if (kind < 3) body.push(` const value${i} = compute(${i}, options.depth) // stays`)
    else if (kind < 5) {
      body.push(`-  return legacy(${i}, token)`)
      removed += 1
    } else {
      body.push(`+  return session.find(store, ${i})?.user ?? null`)
      added += 1
    }
  }
  const context = lines - added - removed
  return `diff --git a/${path} b/${path}\nindex 1111111..2222222 100644\n--- a/${path}\n+++ b/${path}\n@@ -10,${context + removed} +10,${context + added} @@ export function area${seed}() {\n${body.join('\n')}\n`
}

const fileOf = (path: string, lines: number, seed: number, fields: Partial<FileDiff> = {}): FileDiff => {
  const patch = patchOf(path, lines, seed)
  return {
    path,
    oldPath: null,
    status: 'modified',
    additions: patch.match(/^\+(?!\+\+)/gm)?.length ?? 0,
    deletions: patch.match(/^-(?!--)/gm)?.length ?? 0,
    binary: false,
    patch,
    truncated: false,
    ...fields,
  }
}

const SESSION = `import { randomBytes } from 'node:crypto'
import type { SessionStore } from './session-store'

/** Opens a session for a user and returns its cookie. */
export async function openSession(store: SessionStore, userId: string) {
  const id = randomBytes(32).toString('base64url')
  await store.save({ id, userId, expiresAt: Date.now() + WEEK })
  return { name: 'sid', value: id, httpOnly: true, sameSite: 'strict' as const }
}
`.split('\n')

/** Six files as a run usually leaves them: new, changed, moved, deleted, binary, too large. */
export const usualDiff = (): RunDiff => ({
  base: '4be21a7c0912',
  head: '91ab00d17c3e',
  files: [
    {
      path: 'src/auth/session.ts',
      oldPath: null,
      status: 'added',
      additions: SESSION.length - 1,
      deletions: 0,
      binary: false,
      truncated: false,
      patch: `diff --git a/src/auth/session.ts b/src/auth/session.ts\nnew file mode 100644\nindex 0000000..3333333\n--- /dev/null\n+++ b/src/auth/session.ts\n@@ -0,0 +1,${SESSION.length - 1} @@\n${SESSION.slice(
        0,
        -1,
      )
        .map((line) => `+${line}`)
        .join('\n')}\n`,
    },
    {
      path: 'src/auth/middleware.ts',
      oldPath: null,
      status: 'modified',
      additions: 4,
      deletions: 3,
      binary: false,
      truncated: false,
      patch: `diff --git a/src/auth/middleware.ts b/src/auth/middleware.ts\nindex 1111111..2222222 100644\n--- a/src/auth/middleware.ts\n+++ b/src/auth/middleware.ts\n@@ -1,4 +1,5 @@\n import type { NextFunction, Request, Response } from 'express'\n+import { findSession } from './session'\n \n const PUBLIC = new Set(['/health', '/login'])\n \n@@ -14,7 +15,7 @@ const PUBLIC = new Set(['/health', '/login'])\n export async function requireUser(req: Request, res: Response, next: NextFunction) {\n   if (PUBLIC.has(req.path)) return next()\n-  const token = req.cookies.jwt\n-  if (!token) return res.sendStatus(401)\n-  req.user = verify(token)\n+  const session = await findSession(store, req.cookies.sid)\n+  if (!session) return res.sendStatus(401)\n+  req.user = session.user\n   next()\n }\n`,
    },
    fileOf('src/auth/store/memory-session-store.ts', 1, 5, {
      status: 'renamed',
      oldPath: 'src/auth/memory-store.ts',
      patch: '',
      additions: 0,
      deletions: 0,
    }),
    fileOf('src/api/logout.ts', 14, 2),
    fileOf('docs/auth-flow.png', 1, 0, { binary: true, patch: '', additions: 0, deletions: 0 }),
    fileOf('package-lock.json', 1, 0, { truncated: true, patch: '', additions: 2_481, deletions: 1_960 }),
  ],
})

/** Three hundred files, some of them long. */
export const hugeDiff = (files = 300): RunDiff => ({
  base: '4be21a7c0912',
  head: '91ab00d17c3e',
  files: Array.from({ length: files }, (_, i) =>
    fileOf(
      `src/${['orders', 'billing', 'auth', 'catalogue/search'][i % 4]}/${i % 3 ? 'services/' : ''}part-${String(i).padStart(3, '0')}.ts`,
      i === 7 ? 6_000 : 20 + ((i * 37) % 260),
      i,
    ),
  ),
})

export const someAttempts: RunAttempt[] = [
  {
    n: 1,
    outcome: 'error' as const,
    from: 420,
    to: 300,
    error: { code: 'PROVIDER_ERROR', message: 'anthropic: 529 Overloaded, five times in a row' },
  },
  {
    n: 2,
    outcome: 'lease_lost' as const,
    from: 290,
    to: 120,
    error: { code: 'LEASE_LOST', message: 'Its worker was lost: no heartbeat for 60 s.' },
  },
  { n: 3, outcome: null, from: 110, to: null, error: null },
].map(({ n, outcome, from, to, error }) => ({
  id: `att${n}`,
  runId: '01k4x9w6y3t0b7c2d5e8f1g4h7',
  n,
  workerId: 'desk',
  instanceId: '7f0c1c1e-1111-4222-8333-444455556666',
  startedAt: NOW - from * 1_000,
  heartbeatAt: NOW - 2_000,
  leaseUntil: NOW + 50_000,
  endedAt: to === null ? null : NOW - to * 1_000,
  outcome,
  how: null,
  error,
}))
