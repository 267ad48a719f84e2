import type { InboxItem } from '../../../../shared/models/index.ts'
import { NOW } from './run.ts'

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
