import type { RunEvent } from '../../../../shared/models/index.ts'
import { MINUTE, NOW } from './run.ts'
import { ESC, script, TESTS } from './script.ts'

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
