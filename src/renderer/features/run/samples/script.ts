import type { Json, RunEvent } from '../../../../shared/models/index.ts'
import { MINUTE, NOW } from './run.ts'

/** Builds events one after the other, two seconds apart. */
export const script = (start = NOW - 7 * MINUTE) => {
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

export const ESC = '\u001b'
export const TESTS = `${ESC}[1mRUN${ESC}[22m  v5.1.1 /home/me/shop\n\n ${ESC}[32m✓${ESC}[39m tests/auth/session.test.ts ${ESC}[2m(14 tests)${ESC}[22m 214ms\n ${ESC}[32m✓${ESC}[39m tests/auth/cookie.test.ts ${ESC}[2m(9 tests)${ESC}[22m 88ms\n\n ${ESC}[2mTest Files${ESC}[22m  ${ESC}[1;32m2 passed${ESC}[39;22m (2)\n ${ESC}[2m     Tests${ESC}[22m  ${ESC}[1;32m23 passed${ESC}[39;22m (23)\n`
export const PROMPT = 'Replace the JWT cookies by server sessions. Keep the public API. Add a migration and tests.'
export const TODOS = [
  { content: 'Read the auth module and its tests', status: 'completed' },
  { content: 'Session store with an in-memory and a SQL implementation', status: 'completed' },
  { content: 'requireSession middleware in front of the three routes', status: 'completed' },
  { content: 'Migration 0042 for the sessions table', status: 'in_progress' },
  { content: 'Tests for expiry and rotation', status: 'pending' },
]
