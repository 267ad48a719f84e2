import { expect, test } from 'vitest'
import { agentError, parseRetryAfter } from '../../../src/main/agents/failures.ts'
import { hasContent, isAnswered, judgeTurn } from '../../../src/main/agents/judge.ts'
import { type ErrorInfo, parseMessages, type StoredMessage } from '../../../src/main/agents/protocol.ts'

let count = 0
const message = (role: 'user' | 'assistant', info: object = {}, ...parts: object[]): StoredMessage => {
  const id = `msg_${String(++count).padStart(4, '0')}`
  const raw = {
    info: { id, sessionID: 'ses_1', role, time: { created: count, ...(role === 'assistant' ? { completed: count } : {}) }, ...info },
    parts: parts.map((part, n) => ({ id: `prt_${count}_${n}`, messageID: id, sessionID: 'ses_1', ...part })),
  }
  return parseMessages([raw])[0]!
}
const text = (text: string) => ({ type: 'text', text, time: { start: 1, end: 2 } })
const rejected = (tool: string) => ({
  type: 'tool',
  tool,
  state: { status: 'error', input: {}, error: 'rejected', time: { start: 1, end: 2 } },
})
const judge = (messages: StoredMessage[], sessionError: ErrorInfo | null = null) =>
  judgeTurn({ messages, sessionError, model: 'acme/large', sessionId: 'ses_1', now: 1_000 })
const prompt = () => message('user', {}, text('do it'))
const codeOf = (ending: ReturnType<typeof judge>) => (ending.kind === 'failed' ? ending.error.code : ending.kind)

test('a turn that stopped by itself is done, with its last words', () => {
  const ending = judge([
    prompt(),
    message('assistant', { finish: 'tool-calls' }, text('working')),
    message('assistant', { finish: 'stop' }, text('done'), text('really')),
  ])
  expect(ending).toMatchObject({ kind: 'done', text: 'done\nreally', result: { sessionId: 'ses_1' } })
})

test('each other ending has a code of its own', () => {
  expect(codeOf(judge([prompt(), message('assistant', { finish: 'length' }, text('cut'))]))).toBe('OUTPUT_LIMIT')
  expect(codeOf(judge([prompt(), message('assistant', { finish: 'tool-calls' }, rejected('bash'))]))).toBe('PERMISSION_REJECTED')
  expect(codeOf(judge([prompt(), message('assistant', { finish: 'tool-calls' }, rejected('question'))]))).toBe('QUESTION_REJECTED')
  expect(codeOf(judge([prompt(), message('assistant', { finish: 'tool-calls' })]))).toBe('INCOMPLETE')
  expect(codeOf(judge([prompt(), message('assistant', { finish: 'content-filter' })]))).toBe('CONTENT_FILTER')
  expect(codeOf(judge([prompt(), message('assistant', { finish: 'unknown' }, text('fine'))]))).toBe('done')
  expect(codeOf(judge([prompt(), message('assistant', { finish: 'unknown' })]))).toBe('NO_ANSWER')
})

test('an empty answer is no success, with or without a message', () => {
  expect(codeOf(judge([prompt(), message('assistant')]))).toBe('NO_ANSWER')
  expect(codeOf(judge([prompt()]))).toBe('NO_ANSWER')
  expect(codeOf(judge([]))).toBe('NO_ANSWER')
})

test('an answer before the last prompt answers nothing', () => {
  expect(codeOf(judge([prompt(), message('assistant', { finish: 'stop' }, text('first')), prompt()]))).toBe('NO_ANSWER')
})

test('an error of the session counts where no message tells', () => {
  const error = { name: 'UnknownError', data: { message: 'Model not found: acme/large.' } }
  expect(judge([prompt()], error)).toMatchObject({
    error: { code: 'MODEL_NOT_FOUND', retryable: false, message: expect.stringContaining('acme/large') },
  })
  expect(codeOf(judge([prompt(), message('assistant', { finish: 'stop' }, text('ok'))], error))).toBe('done')
})

test('an abort from elsewhere may be tried again', () => {
  const error = { name: 'MessageAbortedError', data: { message: 'Aborted' } }
  expect(judge([prompt(), message('assistant', { error })])).toMatchObject({ kind: 'failed', error: { code: 'ABORTED', retryable: true } })
})

test.each([
  [400, false, false],
  [401, false, false],
  [408, false, true],
  [429, true, true],
  [500, true, true],
  [503, false, true],
  [undefined, true, true],
])('an answer %s of the provider (told retryable: %s) may be retried: %s', (statusCode, isRetryable, retryable) => {
  const error = agentError({ name: 'APIError', data: { message: 'no', statusCode, isRetryable } }, { model: 'acme/large', now: 0 })
  expect(error).toMatchObject({ code: 'PROVIDER_ERROR', retryable, message: expect.stringContaining('“acme”') })
})

test('what a provider asks to wait is read from either header', () => {
  expect(parseRetryAfter({ 'Retry-After-Ms': '1500.2', 'retry-after': '9' }, 0)).toBe(1_501)
  expect(parseRetryAfter({ 'retry-after': '12' }, 0)).toBe(12_000)
  expect(parseRetryAfter({ 'retry-after': new Date(90_000).toUTCString() }, 30_000)).toBe(60_000)
  expect(parseRetryAfter({ 'retry-after': new Date(10_000).toUTCString() }, 30_000)).toBe(0)
  expect(parseRetryAfter({ 'retry-after': 'soon' }, 0)).toBeUndefined()
  expect(parseRetryAfter(null, 0)).toBeUndefined()
})

test('a limit’s wait goes with the error, and never with one that cannot be retried', () => {
  const headers = { 'retry-after': '30' }
  const error = (statusCode: number) =>
    agentError({ name: 'APIError', data: { message: 'x', statusCode, responseHeaders: headers } }, { model: 'a/b', now: 0 })
  expect(error(429).retryAfterMs).toBe(30_000)
  expect(error(400).retryAfterMs).toBeUndefined()
})

test('other errors of the provider say what to do', () => {
  const of = (name: string) => agentError({ name, data: { message: 'x' } }, { model: 'acme/large', now: 0 })
  expect(of('ProviderAuthError')).toMatchObject({ code: 'PROVIDER_AUTH', retryable: false })
  expect(of('ContextOverflowError')).toMatchObject({ code: 'CONTEXT_OVERFLOW', retryable: false })
  expect(of('MessageOutputLengthError')).toMatchObject({ code: 'OUTPUT_LIMIT' })
  expect(of('SomethingNew')).toMatchObject({ code: 'AGENT_ERROR', message: 'OpenCode reported SomethingNew: x' })
})

test('only a whole answer counts as one', () => {
  const answer = (info: object) => isAnswered([prompt(), message('assistant', info, text('x'))])
  expect(answer({ finish: 'stop' })).toBe(true)
  expect(answer({ finish: 'length' })).toBe(false)
  expect(answer({ finish: 'tool-calls' })).toBe(false)
  expect(answer({ finish: 'stop', time: { created: 1 } })).toBe(false)
  expect(answer({ finish: 'stop', error: { name: 'X', data: {} } })).toBe(false)
  expect(isAnswered([message('assistant', { finish: 'stop' }), prompt()])).toBe(false)
})

test('an empty message is no content, a word or a tool call is', () => {
  expect(hasContent([message('assistant', {}, { type: 'text', text: '' })])).toBe(false)
  expect(hasContent([message('assistant', {}, text('x'))])).toBe(true)
  expect(hasContent([message('assistant', {}, rejected('bash'))])).toBe(true)
  expect(hasContent([message('user', {}, text('x'))])).toBe(false)
})
