import { expect, test } from 'vitest'
import { isPrompt, promptIds } from '../../../src/main/agents/ids.ts'
import { CONTINUE_TEXT, planPrompt, sincePrompt } from '../../../src/main/agents/prompt-plan.ts'
import { parseMessages, type StoredMessage } from '../../../src/main/agents/protocol.ts'

const NOW = Date.UTC(2026, 5, 1)
const prompt = { key: 'msg_of-run-1', text: 'do it' }
const ids = promptIds(prompt.key, NOW)
const user = (id: string, partId: string, text: string): StoredMessage =>
  parseMessages([
    {
      info: { id, sessionID: 's', role: 'user', time: { created: 1 } },
      parts: [{ id: partId, messageID: id, sessionID: 's', type: 'text', text }],
    },
  ])[0]!
const assistant = (info: object, text = ''): StoredMessage =>
  parseMessages([
    {
      info: { id: 'msg_a', sessionID: 's', role: 'assistant', time: { created: 2, completed: 3 }, ...info },
      parts: [{ id: 'prt_a', messageID: 'msg_a', sessionID: 's', type: 'text', text }],
    },
  ])[0]!
const own = user(ids.messageId, ids.partId, 'do it')
const plan = (...messages: StoredMessage[]) => planPrompt(messages, prompt, 'attempt:0', NOW + 5_000)

test('ids have OpenCode’s form, sort by time and are found again by their key', () => {
  expect(ids.messageId).toMatch(/^msg_[0-9a-f]{12}[0-9A-Za-z]{14}$/)
  expect(ids.partId).toMatch(/^prt_[0-9a-f]{12}[0-9A-Za-z]{14}$/)
  expect(promptIds(prompt.key, NOW + 1).messageId > ids.messageId).toBe(true)
  expect(isPrompt(promptIds(prompt.key, NOW + 1).messageId, prompt.key)).toBe(true)
  expect(isPrompt(ids.messageId, 'another')).toBe(false)
})

test('a prompt that has not arrived is sent', () => {
  expect(plan()).toMatchObject({ kind: 'prompt', text: 'do it', known: false })
  expect(plan(user('msg_other', 'prt_other', 'x'), assistant({ finish: 'stop' }, 'y'))).toMatchObject({ kind: 'prompt', known: false })
})

test('an answered prompt needs nothing', () => {
  expect(plan(own, assistant({ finish: 'stop' }, 'done'))).toEqual({ kind: 'answered' })
})

test('a prompt without any answer is sent again as it is, with the ids it has', () => {
  const same = { kind: 'prompt', ids, text: 'do it', known: true }
  expect(plan(own)).toEqual(same)
  expect(plan(own, assistant({ error: { name: 'APIError', data: {} } }))).toEqual(same)
})

test('an agent that was cut off in its work is asked to go on', () => {
  const next = plan(own, assistant({ finish: 'tool-calls' }, 'half way'))
  expect(next).toMatchObject({ kind: 'continue', text: CONTINUE_TEXT })
  expect(next.kind === 'continue' && isPrompt(next.ids.messageId, 'attempt:0')).toBe(true)
})

test('a request to go on that was not answered is sent again itself', () => {
  const next = plan(own, assistant({}, 'half way'), user('msg_goon', 'prt_goon', CONTINUE_TEXT))
  expect(next).toEqual({ kind: 'prompt', ids: { messageId: 'msg_goon', partId: 'prt_goon' }, text: CONTINUE_TEXT, known: true })
})

test('a turn’s messages begin with its prompt', () => {
  const before = assistant({ finish: 'stop' }, 'before')
  const after = assistant({ finish: 'stop' }, 'after')
  expect(sincePrompt([before, own, after], prompt.key)).toEqual([own, after])
  expect(sincePrompt([before, after], prompt.key)).toEqual([before, after])
})
