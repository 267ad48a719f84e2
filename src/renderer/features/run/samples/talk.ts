import type { RunEvent } from '../../../../shared/models/index.ts'
import { MINUTE, NOW } from './run.ts'
import { PROMPT, script, TESTS, TODOS } from './script.ts'

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
