import type { LivePart, RunEvent } from '../../../../shared/models/index.ts'
import { type AskItem, type ConversationItem, NO_USAGE, type Todo, type UsageTotals } from './conversation-items.ts'
import { listField, numberField, objectOf, textField } from './event-data.ts'
import { eventItem, liveItem, OUTPUT_TAIL, partIdOf } from './event-item.ts'

/** Rows held at most; beyond it the oldest tenth is let go. The log has everything. */
export const MAX_ITEMS = 20_000

/**
 * A run's conversation as a projection of its stored events, with what is still growing behind it.
 *
 * `items` are in the order of their `seq`; `live` in the order in which the parts began. A stored event with the `partId` of a live part takes
 * that part's place under the same key. `forgotten` counts the rows let go at the front.
 */
export interface Conversation {
  readonly items: readonly ConversationItem[]
  readonly live: readonly ConversationItem[]
  readonly lastSeq: number
  readonly attemptIds: readonly string[]
  /** Whether the next attempt goes on with a run that had ended. */
  readonly resumed: boolean
  readonly step: number | null
  readonly todos: readonly Todo[]
  readonly usage: UsageTotals
  readonly forgotten: number
}

export const EMPTY_CONVERSATION: Conversation = {
  items: [],
  live: [],
  lastSeq: 0,
  attemptIds: [],
  resumed: false,
  step: null,
  todos: [],
  usage: NO_USAGE,
  forgotten: 0,
}

const addUsage = (sum: UsageTotals, event: RunEvent): UsageTotals => {
  const of = (key: string): number => numberField(event.data, 'tokens', key) ?? 0
  return {
    cost: sum.cost + (numberField(event.data, 'cost') ?? 0),
    input: sum.input + of('input'),
    output: sum.output + of('output'),
    reasoning: sum.reasoning + of('reasoning'),
    cacheRead: sum.cacheRead + of('cacheRead'),
    cacheWrite: sum.cacheWrite + of('cacheWrite'),
  }
}

const todosOf = (event: RunEvent): Todo[] =>
  listField(event.data, 'todos').map((entry) => ({
    content: textField(entry, 'content') ?? '',
    status: textField(entry, 'status') ?? 'pending',
  }))

/** What was answered: a permission's `once`, `always`, `reject`, or a question's chosen labels. */
const answerOf = (event: RunEvent): Pick<AskItem, 'answer' | 'text'> => {
  const data = objectOf(event.data)
  const answers = listField(data, 'answers').map((row) => (Array.isArray(row) ? row.join(', ') : String(row)))
  const reply = textField(data, 'reply') ?? (data.rejected === true || data.answers === null ? 'reject' : undefined)
  return { answer: reply ?? (answers.length > 0 ? answers.join(' · ') : 'answered'), text: textField(data, 'message') ?? null }
}

/** Files that the edit just above already names are left out: the row would only repeat it. */
const namedAbove = (items: readonly ConversationItem[], file: string): boolean => {
  for (let i = items.length - 1; i >= 0 && i >= items.length - 6; i--) {
    const item = items[i]!
    if (item.type !== 'tool') continue
    const path = textField(item.input, 'filePath') ?? textField(item.input, 'path') ?? item.title
    if (path === file || path.endsWith(`/${file}`)) return true
  }
  return false
}

/** Adds a row, joining it with the one before where that reads better. `items` is a list that the caller owns. */
const push = (items: ConversationItem[], item: ConversationItem): void => {
  const last = items[items.length - 1]
  if (item.type === 'output' && last?.type === 'output') {
    items[items.length - 1] = {
      ...last,
      at: item.at,
      lines: [...last.lines, ...item.lines].slice(-OUTPUT_TAIL),
      total: last.total + item.total,
    }
  } else if (item.type === 'files') {
    const files = item.files.filter((file) => !namedAbove(items, file))
    if (files.length === 0) return
    if (last?.type === 'files') items[items.length - 1] = { ...last, files: [...new Set([...last.files, ...files])] }
    else items.push({ ...item, files })
  } else if (item.type === 'retry' && last?.type === 'retry' && !last.over) {
    items[items.length - 1] = { ...item, key: last.key }
  } else items.push(item)
}

const closeRetry = (items: ConversationItem[]): void => {
  const last = items[items.length - 1]
  if (last?.type === 'retry' && !last.over) items[items.length - 1] = { ...last, over: true }
}

/**
 * Adds stored events, in order. Events that are already in (`seq` not above `lastSeq`) are left out, so a page may be applied twice.
 *
 * Costs one copy of the list for each call: hand over what came in one message at once.
 */
export const addEvents = (state: Conversation, events: readonly RunEvent[], maxItems: number = MAX_ITEMS): Conversation => {
  const fresh = events.filter((event) => event.seq > state.lastSeq)
  if (fresh.length === 0) return state
  const items = [...state.items]
  const attemptIds = [...state.attemptIds]
  const ended = new Set<string>()
  let { todos, usage, step, lastSeq, forgotten, resumed } = state
  for (const event of fresh) {
    if (event.seq <= lastSeq) continue
    lastSeq = event.seq
    const partId = partIdOf(event)
    if (partId !== undefined) ended.add(partId)
    if (event.attemptId !== null && !attemptIds.includes(event.attemptId)) {
      attemptIds.push(event.attemptId)
      closeRetry(items)
      if (attemptIds.length > 1)
        items.push({ type: 'attempt', key: `a${event.seq}`, seq: event.seq, at: event.at, n: attemptIds.length, resumed })
      resumed = false
    }
    if (event.step !== null && event.step !== step) {
      // The very first step needs no line of its own.
      if (step !== null || event.step > 0)
        items.push({ type: 'step', key: `s${event.seq}`, seq: event.seq, at: event.at, step: event.step })
      step = event.step
    }
    if (objectOf(event.data).resumed === true) resumed = true
    if (event.kind === 'todos') todos = todosOf(event)
    else if (event.kind === 'usage') usage = addUsage(usage, event)
    else if (event.kind === 'permission.replied' || event.kind === 'question.replied') {
      const requestId = textField(event.data, 'requestId')
      const at = items.findLastIndex((item) => (item.type === 'permission' || item.type === 'question') && item.requestId === requestId)
      if (at >= 0) items[at] = { ...(items[at] as AskItem), ...answerOf(event) }
    }
    const item = eventItem(event)
    if (item === null) continue
    if (item.type !== 'retry') closeRetry(items)
    push(items, item)
  }
  if (items.length > maxItems) {
    const excess = Math.max(items.length - maxItems, Math.floor(maxItems / 10))
    items.splice(0, excess)
    forgotten += excess
  }
  const live = ended.size === 0 ? state.live : state.live.filter((item) => !ended.has(item.key))
  return { items, live, lastSeq, attemptIds, resumed, step, todos, usage, forgotten }
}

/** Puts a growing part at the end, or in its own place when it is there already. */
export const setPart = (state: Conversation, part: LivePart): Conversation => {
  const item = liveItem(part)
  const at = state.live.findIndex((other) => other.key === item.key)
  return { ...state, live: at < 0 ? [...state.live, item] : state.live.with(at, item) }
}

/** Takes a fresh list of everything that is growing: what is not in it ended while the line was cut. */
export const setParts = (state: Conversation, parts: readonly LivePart[]): Conversation =>
  state.live.length === 0 && parts.length === 0 ? state : { ...state, live: parts.map(liveItem) }

/** Adds text to a growing part. Text for a part that is not there is left out: its end will be stored. */
export const addDelta = (state: Conversation, partId: string, text: string): Conversation => {
  const at = state.live.findIndex((item) => item.key === partId)
  const item = state.live[at]
  if (item === undefined || (item.type !== 'text' && item.type !== 'reasoning')) return state
  return { ...state, live: state.live.with(at, { ...item, text: item.text + text }) }
}

/** Takes parts away that ended without being stored. */
export const dropParts = (state: Conversation, partIds: readonly string[]): Conversation => ({
  ...state,
  live: state.live.filter((item) => !partIds.includes(item.key)),
})

/** All rows in order, the growing ones last. */
export const rowsOf = (state: Conversation): readonly ConversationItem[] =>
  state.live.length === 0
    ? state.items
    : [...state.items, ...state.live.filter((item) => item.type === 'tool' || !('text' in item) || item.text !== '')]
