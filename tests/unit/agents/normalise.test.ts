import { expect, test } from 'vitest'
import { clipJson, clipText, MAX_TEXT_BYTES } from '../../../src/main/agents/clip.ts'
import {
  activityOf,
  filesInside,
  finishedEvent,
  growingPart,
  todoProgress,
  toolTitle,
  waitText,
} from '../../../src/main/agents/normalise.ts'
import { parsePart } from '../../../src/main/agents/protocol.ts'

const base = { id: 'prt_1', messageID: 'msg_1', sessionID: 'ses_1' }
const part = (value: object) => parsePart({ ...base, ...value })!
const bash = (state: object) =>
  part({ type: 'tool', tool: 'bash', callID: 'c', state: { input: { command: 'npm test\nnpm run x' }, ...state } })

test('a text is stored once it has ended, and only if it says something', () => {
  expect(finishedEvent(part({ type: 'text', text: 'hello', time: { start: 1 } }))).toBeNull()
  expect(finishedEvent(part({ type: 'text', text: ' \n', time: { start: 1, end: 2 } }))).toBeNull()
  expect(finishedEvent(part({ type: 'text', text: 'hello', synthetic: true, time: { start: 1, end: 2 } }))).toBeNull()
  expect(finishedEvent(part({ type: 'text', text: 'hello', time: { start: 1, end: 2 } }))).toEqual({
    kind: 'text',
    data: { messageId: 'msg_1', partId: 'prt_1', text: 'hello' },
  })
  expect(finishedEvent(part({ type: 'reasoning', text: 'hm', time: { start: 1, end: 2 } }))?.kind).toBe('reasoning')
})

test('a tool call is stored with its first line as title once it has ended', () => {
  expect(finishedEvent(bash({ status: 'running', time: { start: 1 } }))).toBeNull()
  expect(finishedEvent(bash({ status: 'completed', output: 'ok', title: 'x', metadata: {}, time: { start: 1, end: 5 } }))).toEqual({
    kind: 'tool',
    level: 'info',
    message: 'bash npm test',
    data: {
      messageId: 'msg_1',
      partId: 'prt_1',
      tool: 'bash',
      status: 'completed',
      title: 'npm test',
      input: { command: 'npm test\nnpm run x' },
      output: 'ok',
      startedAt: 1,
      endedAt: 5,
    },
  })
})

test('a failed tool call keeps what it wrote beside its error', () => {
  const event = finishedEvent(
    bash({ status: 'error', error: 'Tool execution aborted', metadata: { output: 'so far' }, time: { start: 1, end: 5 } }),
  )
  expect(event).toMatchObject({ kind: 'tool', level: 'warn', data: { status: 'error', error: 'Tool execution aborted', output: 'so far' } })
})

test('a step’s usage names cost and tokens', () => {
  const tokens = { input: 1, output: 2, reasoning: 3, cache: { read: 4, write: 5 } }
  expect(finishedEvent(part({ type: 'step-finish', reason: 'stop', cost: 0.5, tokens }))?.data).toEqual({
    messageId: 'msg_1',
    partId: 'prt_1',
    cost: 0.5,
    tokens: { input: 1, output: 2, reasoning: 3, cacheRead: 4, cacheWrite: 5 },
  })
})

test('a growing part is shown with a line that says what is done', () => {
  expect(growingPart(part({ type: 'text', text: 'he', time: { start: 7 } }), 9)).toEqual({
    partId: 'prt_1',
    messageId: 'msg_1',
    type: 'text',
    text: 'he',
    startedAt: 7,
  })
  const tool = growingPart(bash({ status: 'running', time: { start: 3 } }), 9)!
  expect(tool).toMatchObject({ type: 'tool', tool: 'bash', text: 'npm test', startedAt: 3 })
  expect(activityOf(tool)).toBe('bash npm test')
  expect(growingPart(bash({ status: 'pending' }), 9)).toMatchObject({ startedAt: 9 })
  expect(growingPart(part({ type: 'text', text: 'x', time: { start: 1, end: 2 } }), 9)).toBeNull()
})

test('a part of an unknown kind or broken shape is nothing', () => {
  expect(parsePart({ ...base, type: 'step-start' })).toBeNull()
  expect(parsePart({ ...base, type: 'text' })).toBeNull()
  expect(parsePart(null)).toBeNull()
})

test('a title comes from what says most about a call', () => {
  expect(toolTitle('edit', { oldString: 'a', filePath: 'src/x.ts' })).toBe('src/x.ts')
  expect(toolTitle('task', { prompt: 'long', description: 'short' })).toBe('short')
  expect(toolTitle('grep', { pattern: 'foo', path: 'src' })).toBe('src')
  expect(toolTitle('todowrite', { todos: [] })).toBe('')
})

test('a long text keeps head and tail within its bytes and says how much is missing', () => {
  const { text, cutBytes } = clipText(`start ${'x'.repeat(200_000)} end`)
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_TEXT_BYTES)
  expect(text.startsWith('start ')).toBe(true)
  expect(text.endsWith(' end')).toBe(true)
  expect(text).toContain(`[... ${cutBytes} bytes left out ...]`)
  expect(clipText('short')).toEqual({ text: 'short', cutBytes: 0 })
})

test('a text is never cut inside a character', () => {
  for (const length of [29_990, 29_991, 29_992, 29_993]) {
    const { text } = clipText(`${'x'.repeat(length % 7)}${'😀ß'.repeat(length)}`, 1_000)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000)
    expect(text).not.toContain('\uFFFD')
  }
})

test('a large input is shortened in its texts and stays an object', () => {
  const input = clipJson({
    filePath: 'a',
    content: 'y'.repeat(500_000),
    more: 'z'.repeat(500_000),
    list: [1, undefined, null],
    skip: undefined,
  })
  expect(Buffer.byteLength(JSON.stringify(input))).toBeLessThan(MAX_TEXT_BYTES + 2_000)
  expect(input).toMatchObject({ filePath: 'a', list: [1, null, null] })
})

test('files outside the worktree and repetitions are left out', () => {
  expect(filesInside('/w', ['/w/a.ts', 'src/b.ts', '/w/a.ts', '/etc/passwd', '../c', '/w'])).toEqual(['a.ts', 'src/b.ts'])
})

test('progress counts what is done of what still counts, below 1', () => {
  const todos = (...statuses: string[]) => statuses.map((status) => ({ status }))
  expect(todoProgress([])).toBeNull()
  expect(todoProgress(todos('cancelled'))).toBeNull()
  expect(todoProgress(todos('completed', 'pending', 'cancelled'))).toBe(0.5)
  expect(todoProgress(todos('completed'))).toBe(0.99)
})

test('a wait is told in seconds, then minutes', () => {
  expect(waitText(4_200, 1_000)).toBe('4 s')
  expect(waitText(0, 1_000)).toBe('0 s')
  expect(waitText(3_600_000, 0)).toBe('60 min')
})
