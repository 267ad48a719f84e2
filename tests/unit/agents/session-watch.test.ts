import { beforeEach, expect, test, vi } from 'vitest'
import { createInbox, type Inbox } from '../../../src/main/agents/inbox.ts'
import type { DirectoryLink } from '../../../src/main/agents/link.ts'
import type { AgentEnding, AgentTurn } from '../../../src/main/agents/port.ts'
import {
  type PermissionRequest,
  parseMessages,
  type ServerEvent,
  type SessionStatus,
  type StoredMessage,
} from '../../../src/main/agents/protocol.ts'
import { type SessionWatch, watchSession } from '../../../src/main/agents/session-watch.ts'
import { createTurnPrompts, type TurnPrompts } from '../../../src/main/agents/turn-prompts.ts'
import { createTurnRequests } from '../../../src/main/agents/turn-requests.ts'
import { createTurnView } from '../../../src/main/agents/turn-view.ts'
import { silentLogger } from '../../../src/main/platform/index.ts'
import type { NewEvent } from '../../../src/shared/models/index.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

/** What the server would say; the watch is driven by events and by time moved by hand. */
let status: SessionStatus
let messages: StoredMessage[]
let permissions: PermissionRequest[]
let clock: ManualClock
let inbox: Inbox
let events: NewEvent[]
let said: (string | undefined)[]
let attention: (string | null)[]
let over: { ending: AgentEnding; judged: boolean }[]
let started: number
let watch: SessionWatch
let prompts: TurnPrompts
let link: DirectoryLink

const never = async () => {
  throw new Error('not called here')
}

beforeEach(() => {
  status = { type: 'busy' }
  messages = [user()]
  permissions = []
  clock = createManualClock()
  inbox = createInbox(() => {})
  events = []
  said = []
  attention = []
  over = []
  started = 0
  link = {
    status: async () => status,
    messages: async () => messages,
    pending: async () => ({ permissions, questions: [] }),
    children: async () => [],
    send: async () => {},
    replyPermission: async () => {},
    createSession: never,
    getSession: never,
    addRules: never,
    abort: never,
    replyQuestion: never,
    config: never,
    providers: never,
    dispose: never,
  }
  const turn: AgentTurn = {
    runId: 'run1',
    attemptId: 'attempt1',
    directory: '/w',
    title: 't',
    prompt: 'p',
    messageId: 'msg_key',
    model: null,
    policy: 'ask',
    sessionId: null,
    signal: new AbortController().signal,
    onSession: async () => {},
    emit: (event) => events.push(event),
    progress: (_value, message) => said.push(message),
    live: () => {},
    delta: () => {},
    dropLive: () => {},
    attention: (value) => attention.push(value),
    addCost: () => {},
  }
  const view = createTurnView(turn, '/w', clock)
  prompts = createTurnPrompts(turn)
  watch = watchSession({
    turn,
    sessionId: 'ses_1',
    sessions: new Set(['ses_1']),
    model: { providerID: 'acme', modelID: 'large' },
    link,
    view,
    requests: createTurnRequests(turn, '/w', { inbox, clock, logger: silentLogger, view }),
    prompts,
    clock,
    logger: silentLogger,
    providerTimeoutMs: () => 60_000,
    onStarted: () => {
      started += 1
    },
    onOver: (ending, judged) => over.push({ ending, judged }),
  })
  watch.begin()
})

let count = 0
function user(): StoredMessage {
  const info = { id: `msg_${++count}`, sessionID: 'ses_1', role: 'user', time: { created: count } }
  return parseMessages([{ info, parts: [] }])[0]!
}
function answer(text: string, info: object = { finish: 'stop' }): StoredMessage {
  const id = `msg_${++count}`
  return parseMessages([
    {
      info: { id, sessionID: 'ses_1', role: 'assistant', time: { created: count, completed: count }, ...info },
      parts: [{ id: `prt_${count}`, messageID: id, sessionID: 'ses_1', type: 'text', text, time: { start: 1, end: 2 } }],
    },
  ])[0]!
}
const hear = (event: { type: ServerEvent['type'] } & Record<string, unknown>): void =>
  watch.handle({ directory: '/w', sessionID: 'ses_1', ...event } as ServerEvent)
const fallIdle = (): void => {
  status = { type: 'idle' }
  hear({ type: 'session.status', status })
  hear({ type: 'session.idle' })
}

test('a session that falls idle twice is judged once', async () => {
  messages.push(answer('done'))
  fallIdle()
  await clock.advance(50)
  fallIdle()
  await clock.advance(10_000)
  expect(over).toMatchObject([{ ending: { kind: 'done', text: 'done' }, judged: true }])
})

test('a last message that is not written yet is waited for', async () => {
  fallIdle()
  await clock.advance(300)
  expect(over).toEqual([])
  messages.push(answer('written late'))
  await clock.advance(300)
  expect(over).toMatchObject([{ ending: { kind: 'done', text: 'written late' } }])
})

test('a session that stays without an answer is no success', async () => {
  fallIdle()
  await clock.advance(10_000)
  expect(over).toMatchObject([{ ending: { kind: 'failed', error: { code: 'NO_ANSWER' } } }])
})

test('a session that is busy again is not judged', async () => {
  messages.push(answer('first'))
  fallIdle()
  status = { type: 'busy' }
  await clock.advance(10_000)
  expect(over).toEqual([])
})

test('the turn is not over while something said has no answer', async () => {
  messages.push(answer('first'))
  const follow = user()
  await prompts.send(
    { link, sessionId: 'ses_1', model: { providerID: 'a', modelID: 'b' } },
    { messageId: follow.info.id, partId: 'prt' },
    'more',
    false,
  )
  messages.push(follow)
  fallIdle()
  await clock.advance(600)
  expect(over).toEqual([])
  messages.push(answer('second'))
  await clock.advance(600)
  expect(over).toMatchObject([{ ending: { kind: 'done', text: 'second' } }])
  expect(events.filter(({ kind }) => kind === 'prompt')).toHaveLength(1)
})

test('an idle event that was lost shows after a while', async () => {
  messages.push(answer('unheard'))
  status = { type: 'idle' }
  await clock.advance(50_000)
  expect(over).toMatchObject([{ ending: { kind: 'done', text: 'unheard' } }])
})

test('a permission that was asked unheard shows after a while', async () => {
  permissions = [{ id: 'per_1', sessionID: 'ses_1', permission: 'bash', patterns: ['npm test'], always: [], metadata: {} }]
  await clock.advance(50_000)
  expect(inbox.items()).toMatchObject([{ id: 'per_1', title: 'bash: npm test' }])
  expect(attention).toEqual(['permission'])
  permissions = []
  await clock.advance(50_000)
  expect(inbox.items()).toEqual([])
  expect(attention).toEqual(['permission', null])
})

test('an agent that says nothing for too long is given up, and has to be stopped', async () => {
  await clock.advance(170_000)
  expect(over).toEqual([])
  await clock.advance(40_000)
  expect(over).toMatchObject([{ ending: { kind: 'failed', error: { code: 'STALLED', retryable: true } }, judged: false }])
})

test('a tool may take as long as it likes', async () => {
  hear({ type: 'message.updated', info: { id: 'msg_a', sessionID: 'ses_1', role: 'assistant', time: { created: 1 } } })
  const part = { id: 'prt_t', messageID: 'msg_a', sessionID: 'ses_1', type: 'tool', tool: 'bash' }
  hear({ type: 'message.part.updated', part: { ...part, state: { status: 'running', input: { command: 'make' }, time: { start: 1 } } } })
  await clock.advance(3_600_000)
  expect(over).toEqual([])
  hear({
    type: 'message.part.updated',
    part: { ...part, state: { status: 'completed', input: {}, output: '', title: '', time: { start: 1, end: 2 } } },
  })
  await clock.advance(400_000)
  expect(over).toMatchObject([{ ending: { error: { code: 'STALLED' } } }])
})

test('a person may take as long as they like', async () => {
  permissions = [{ id: 'per_1', sessionID: 'ses_1', permission: 'bash', patterns: [], always: [], metadata: {} }]
  hear({ type: 'permission.asked', ...permissions[0]! })
  await clock.advance(3_600_000)
  expect(over).toEqual([])
})

test('a provider’s wait is told once, and silence is counted from its end', async () => {
  const wait = { type: 'retry', attempt: 2, message: 'overloaded', next: clock.now() + 100_000 } as const
  status = wait
  hear({ type: 'session.status', status: wait })
  hear({ type: 'session.status', status: wait })
  expect(events).toMatchObject([{ kind: 'provider.retry', data: { attempt: 2, message: 'overloaded', nextAt: wait.next } }])
  expect(said.at(-1)).toBe('waiting for the provider: attempt 2, again in 100 s')
  await clock.advance(270_000)
  expect(over).toEqual([])
  await clock.advance(60_000)
  expect(over).toMatchObject([{ ending: { error: { code: 'STALLED' } } }])
})

test('a provider that asks to wait for long ends the turn at once with that time', () => {
  hear({ type: 'session.status', status: { type: 'retry', attempt: 1, message: 'usage limit', next: clock.now() + 7_200_000 } })
  expect(over).toMatchObject([{ ending: { kind: 'failed', error: { code: 'PROVIDER_LIMIT', retryAfterMs: 7_200_000 } }, judged: false }])
})

test('an error without a message is told with what the session said first', async () => {
  hear({ type: 'session.error', error: { name: 'UnknownError', data: { message: 'Model not found: acme/large.' } } })
  fallIdle()
  hear({ type: 'session.error', error: { name: 'UnknownError', data: { message: 'ProviderModelNotFoundError: ...\n at x' } } })
  await clock.advance(1_000)
  expect(over).toMatchObject([{ ending: { error: { code: 'MODEL_NOT_FOUND' } } }])
})

test('a directory has started when its request goes out, not when its session is first busy', () => {
  hear({ type: 'session.status', status: { type: 'busy' } })
  expect(started).toBe(0)
  hear({ type: 'message.updated', info: { id: 'msg_a', sessionID: 'ses_1', role: 'assistant', time: { created: 1 } } })
  hear({ type: 'session.status', status: { type: 'busy' } })
  expect(started).toBe(1)
})

test('what was missed in a cut is reported once when it is read back', async () => {
  messages.push(answer('unheard'))
  await watch.repair()
  await watch.repair()
  expect(events.filter(({ kind }) => kind === 'text')).toHaveLength(1)
})

test('a subagent’s question of permission is answered by the policy where that can', () => {
  const replied = vi.spyOn(link, 'replyPermission')
  hear({ type: 'session.created', info: { id: 'ses_child', parentID: 'ses_1' } })
  hear({ type: 'permission.asked', id: 'per_2', sessionID: 'ses_child', permission: 'read', patterns: ['a'], always: [], metadata: {} })
  expect(replied).toHaveBeenCalledWith('per_2', 'once', undefined)
  expect(inbox.items()).toEqual([])
  hear({ type: 'permission.asked', id: 'per_3', sessionID: 'ses_child', permission: 'bash', patterns: ['a'], always: [], metadata: {} })
  expect(inbox.items()).toMatchObject([{ id: 'per_3' }])
})
