import { describe, expect, it } from 'vitest'
import {
  addDelta,
  addEvents,
  dropParts,
  EMPTY_CONVERSATION,
  rowsOf,
  setPart,
  setParts,
} from '../../../../src/renderer/features/run/feed/conversation.ts'
import { MAX_OUTPUT_CHARS } from '../../../../src/renderer/features/run/feed/event-item.ts'
import type { Json } from '../../../../src/shared/models/index.ts'
import { eventMaker, livePart } from './events.ts'

const shape = (state: typeof EMPTY_CONVERSATION): string[] => rowsOf(state).map((row) => `${row.type}:${row.key}`)

describe('a conversation', () => {
  it('shows stored events in their order and what still grows behind them', () => {
    const event = eventMaker()
    let state = setPart(EMPTY_CONVERSATION, livePart('p9', { text: 'growing' }))
    state = addEvents(state, [
      event('prompt', { data: { messageId: 'm', text: 'hello' } }),
      event('reasoning', { data: { messageId: 'm', partId: 'p1', text: 'hm' } }),
      event('tool', { data: { messageId: 'm', partId: 'p2', tool: 'read', status: 'completed', title: 'a.ts', input: {}, output: 'x' } }),
      event('text', { data: { messageId: 'm', partId: 'p3', text: 'done' } }),
    ])
    expect(shape(state)).toEqual(['prompt:e1', 'reasoning:p1', 'tool:p2', 'text:p3', 'text:p9'])
  })

  it('puts a stored event in the place of the growing part with its id, under the same key', () => {
    const event = eventMaker()
    let state = setPart(EMPTY_CONVERSATION, livePart('p1', { text: 'Hel' }))
    state = setPart(state, livePart('p2', { type: 'tool', tool: 'bash', text: 'npm test' }))
    state = addDelta(state, 'p1', 'lo')
    expect(rowsOf(state)[0]).toMatchObject({ key: 'p1', text: 'Hello', live: true })
    state = addEvents(state, [event('text', { data: { messageId: 'm', partId: 'p1', text: 'Hello!' } })])
    expect(rowsOf(state)[0]).toMatchObject({ key: 'p1', text: 'Hello!', live: false })
    expect(shape(state)).toEqual(['text:p1', 'tool:p2'])
  })

  it('takes an event only once, so that a page may come twice', () => {
    const event = eventMaker()
    const events = [event('text', { data: { partId: 'a', text: 'x' } }), event('usage', { data: { cost: 1, tokens: { input: 2 } } })]
    const once = addEvents(EMPTY_CONVERSATION, events)
    const twice = addEvents(once, events)
    expect(twice).toBe(once)
    expect([twice.items.length, twice.usage.cost, twice.usage.input]).toEqual([1, 1, 2])
  })

  it('drops parts that ended without being stored, and leaves text for unknown parts out', () => {
    let state = setPart(setPart(EMPTY_CONVERSATION, livePart('a', { text: 'x' })), livePart('b', { text: 'y' }))
    expect(addDelta(state, 'nobody', 'z')).toBe(state)
    state = dropParts(state, ['a'])
    expect(shape(state)).toEqual(['text:b'])
  })

  it('replaces a growing part in its own place', () => {
    let state = setPart(setPart(EMPTY_CONVERSATION, livePart('a', { text: 'x' })), livePart('b', { text: 'y' }))
    state = setPart(state, livePart('a', { text: 'again' }))
    expect(rowsOf(state).map((row) => 'text' in row && row.text)).toEqual(['again', 'y'])
  })

  it('takes the parts of a new snapshot as all that is growing', () => {
    const state = setParts(setPart(EMPTY_CONVERSATION, livePart('gone', { text: 'x' })), [livePart('here', { text: 'y' })])
    expect(shape(state)).toEqual(['text:here'])
  })

  it('shows no row for a part that has no text yet', () => {
    expect(rowsOf(setPart(EMPTY_CONVERSATION, livePart('a')))).toEqual([])
  })

  it('separates attempts, counted from the second one on', () => {
    const event = eventMaker()
    const state = addEvents(EMPTY_CONVERSATION, [
      event('run', { attemptId: null, message: 'queued' }),
      event('text', { data: { partId: 'a', text: 'x' } }),
      event('text', { attemptId: 'att2', data: { partId: 'b', text: 'y' } }),
      event('run', { attemptId: null, message: 'requeued' }),
      event('text', { attemptId: 'att3', data: { partId: 'c', text: 'z' } }),
    ])
    expect(state.items.flatMap((item) => (item.type === 'attempt' ? [item.n] : []))).toEqual([2, 3])
    expect(shape(state)).toEqual(['note:e1', 'text:a', 'attempt:a3', 'text:b', 'note:e4', 'attempt:a5', 'text:c'])
  })

  it('tells an attempt that goes on with an ended run from a retry', () => {
    const event = eventMaker()
    const state = addEvents(EMPTY_CONVERSATION, [
      event('attempt', { message: 'Attempt 1 started.', data: { status: 'running' } }),
      event('run', { message: 'Succeeded.', data: { status: 'succeeded' } }),
      event('run', { attemptId: null, message: 'Goes on.', data: { status: 'queued', resumed: true } }),
      event('attempt', { attemptId: 'att2', message: 'Attempt 2 started.', data: { status: 'running' } }),
      event('attempt', { attemptId: 'att3', message: 'Attempt 3 started.', data: { status: 'running' } }),
    ])
    expect(state.items).toMatchObject([
      { type: 'note', status: 'succeeded' },
      { type: 'attempt', n: 2, resumed: true },
      { type: 'attempt', n: 3, resumed: false },
    ])
  })

  it('separates steps, but not the first one', () => {
    const event = eventMaker()
    const state = addEvents(EMPTY_CONVERSATION, [
      event('text', { data: { partId: 'a', text: 'x' } }),
      event('log', { step: 1, message: 'y' }),
      event('text', { step: 0, attemptId: 'att2', data: { partId: 'b', text: 'z' } }),
    ])
    expect(state.items.map((item) => item.type)).toEqual(['text', 'step', 'output', 'attempt', 'step', 'text'])
  })

  it('joins the output of a command and keeps its last lines', () => {
    const event = eventMaker()
    const lines = (from: number): string => Array.from({ length: 10 }, (_, i) => `line ${from + i}`).join('\n')
    const state = addEvents(EMPTY_CONVERSATION, [event('log', { message: lines(0) }), event('log', { message: lines(10) })])
    expect(state.items).toHaveLength(1)
    expect(state.items[0]).toMatchObject({ type: 'output', step: 0, total: 20, key: 'e1' })
    const [item] = state.items
    expect(item?.type === 'output' && [item.lines[0], item.lines.at(-1), item.lines.length]).toEqual(['line 6', 'line 19', 14])
  })

  it('marks a question as answered by the reply that names it', () => {
    const event = eventMaker()
    const state = addEvents(EMPTY_CONVERSATION, [
      event('permission', { message: 'bash: rm x', data: { requestId: 'r1' } }),
      event('permission', { message: 'bash: ls', data: { requestId: 'r2' } }),
      event('question', { message: 'Which?', data: { requestId: 'q1' } }),
      event('permission.replied', { data: { requestId: 'r1', reply: 'reject', message: 'not that' } }),
      event('question.replied', { data: { requestId: 'q1', answers: [['A', 'B'], ['C']] } }),
    ])
    expect(state.items).toMatchObject([
      { requestId: 'r1', answer: 'reject', text: 'not that' },
      { requestId: 'r2', answer: null },
      { requestId: 'q1', answer: 'A, B · C' },
    ])
  })

  it('keeps one row while a provider is tried again, and closes it when something follows', () => {
    const event = eventMaker()
    let state = addEvents(EMPTY_CONVERSATION, [
      event('provider.retry', { data: { attempt: 1, message: 'overloaded', nextAt: 5_000 } }),
      event('provider.retry', { data: { attempt: 2, message: 'overloaded', nextAt: 9_000 } }),
    ])
    expect(state.items).toMatchObject([{ type: 'retry', key: 'e1', attempt: 2, nextAt: 9_000, over: false }])
    state = addEvents(state, [event('text', { data: { partId: 'a', text: 'x' } })])
    expect(state.items[0]).toMatchObject({ over: true })
  })

  it('tells changed files once, and not those that the edit above names', () => {
    const event = eventMaker()
    const state = addEvents(EMPTY_CONVERSATION, [
      event('tool', {
        data: { partId: 't', tool: 'edit', status: 'completed', title: 'a.ts', input: { filePath: '/w/src/a.ts' }, output: '' },
      }),
      event('files', { data: { files: ['src/a.ts'] } }),
      event('files', { data: { files: ['src/b.ts'] } }),
      event('files', { data: { files: ['src/b.ts', 'src/c.ts'] } }),
    ])
    expect(state.items.slice(1)).toMatchObject([{ type: 'files', files: ['src/b.ts', 'src/c.ts'] }])
  })

  it('keeps the newest todo list and adds up what was used', () => {
    const event = eventMaker()
    const state = addEvents(EMPTY_CONVERSATION, [
      event('todos', { data: { todos: [{ content: 'a', status: 'pending' }] } }),
      event('usage', { data: { cost: 0.1, tokens: { input: 100, output: 10, reasoning: 1, cacheRead: 5, cacheWrite: 2 } } }),
      event('todos', { data: { todos: [{ content: 'a', status: 'completed' }, { content: 'b' }] } }),
      event('usage', { data: { cost: 0.2, tokens: { input: 1 } } }),
    ])
    expect(state.todos).toEqual([
      { content: 'a', status: 'completed' },
      { content: 'b', status: 'pending' },
    ])
    expect(state.usage.cost).toBeCloseTo(0.3)
    expect(state.usage.input).toBe(101)
    expect(state.items).toEqual([])
  })

  it('holds a bounded part of a long output and says how much it left out', () => {
    const event = eventMaker()
    const output = 'x'.repeat(MAX_OUTPUT_CHARS + 7)
    const state = addEvents(EMPTY_CONVERSATION, [
      event('tool', { data: { partId: 't', tool: 'bash', status: 'completed', title: '', input: {}, output } }),
    ])
    expect(state.items[0]).toMatchObject({ outputCut: 7, output: 'x'.repeat(MAX_OUTPUT_CHARS) })
  })

  it('lets its oldest rows go beyond the limit and counts them', () => {
    const event = eventMaker()
    const events = Array.from({ length: 25 }, (_, i) => event('text', { data: { partId: `p${i}`, text: `t${i}` } }))
    const state = addEvents(EMPTY_CONVERSATION, events, 20)
    expect([state.items.length, state.forgotten, state.items[0]?.key]).toEqual([20, 5, 'p5'])
  })

  it('takes data of any shape without failing', () => {
    const event = eventMaker()
    const odd: Json[] = [null, 'text', 5, [], { files: 'no' }, { todos: [null, 3] }, { tokens: 'x', cost: 'y' }]
    const kinds = [
      'prompt',
      'text',
      'reasoning',
      'tool',
      'files',
      'todos',
      'usage',
      'permission',
      'permission.replied',
      'provider.retry',
      'log',
      'new',
    ]
    const events = kinds.flatMap((kind) => odd.map((data) => event(kind, { data, message: 'm' })))
    expect(() => addEvents(EMPTY_CONVERSATION, events)).not.toThrow()
  })
})
