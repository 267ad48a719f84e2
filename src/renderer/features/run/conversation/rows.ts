import { type InboxItem, isEnded, isLive, type Run } from '../../../../shared/models/index.ts'
import { type Conversation, rowsOf } from '../feed/conversation.ts'
import type { ConversationItem } from '../feed/conversation-items.ts'
import { toolSort } from '../feed/tool-summary.ts'

/** A permission or question that waits for a person now. */
export interface WaitingRow {
  readonly type: 'waiting'
  readonly key: string
  readonly inbox: InboxItem
}

/** Something a person said that the run has not told back yet. */
export interface SentRow {
  readonly type: 'sent'
  readonly key: string
  readonly text: string
}

/** What the run does at this moment, in its own words. */
export interface WorkingRow {
  readonly type: 'working'
  readonly key: 'working'
}

/** How the run ended. */
export interface EndingRow {
  readonly type: 'ending'
  readonly key: 'ending'
}

export type Row = ConversationItem | WaitingRow | SentRow | WorkingRow | EndingRow

export interface SentPrompt {
  readonly key: string
  readonly text: string
  /** The last event known when it was sent: a `prompt` event after it with the same text is this one. */
  readonly afterSeq: number
}

/** Takes out what the run has told back by now. Each told prompt stands for one that was sent. */
export const stillUntold = (sent: readonly SentPrompt[], items: readonly ConversationItem[]): readonly SentPrompt[] => {
  if (sent.length === 0) return sent
  const told = items.flatMap((item) => (item.type === 'prompt' ? [{ seq: item.seq, text: item.text.trim() }] : []))
  const used = new Set<number>()
  return sent.filter((prompt) => {
    const match = told.find((item) => item.seq > prompt.afterSeq && item.text === prompt.text.trim() && !used.has(item.seq))
    if (match) used.add(match.seq)
    return match === undefined
  })
}

/** A step line says nothing where one agent step follows another: the prompt below it does. */
const isSilentStep = (item: ConversationItem, run: Run): boolean =>
  item.type === 'step' && run.steps[item.step]?.op === 'agent' && run.steps[item.step - 1]?.op === 'agent'

/**
 * All rows of a run's conversation: what was said and done, what waits for an answer, what was sent and not told back, and at the end what the run
 * does or how it ended.
 */
export const buildRows = (
  conversation: Conversation,
  inbox: readonly InboxItem[],
  sent: readonly SentPrompt[],
  run: Run,
): readonly Row[] => {
  const waiting = new Set(inbox.map((item) => item.id))
  const ended = isEnded(run.status)
  const stored = rowsOf(conversation)
  const rows: Row[] = []
  for (const [index, item] of stored.entries()) {
    if (isSilentStep(item, run)) continue
    // The list itself is below the conversation.
    if (item.type === 'tool' && item.status !== 'error' && toolSort(item.tool) === 'todo') continue
    // That it was queued once is no news after it started.
    if (item.seq === 1 && item.type === 'note' && run.attempt > 0) continue
    // The last note about the ending would say what the ending's own row says.
    if (ended && item.type === 'note' && item.kind === 'run' && item.status === run.status && index >= stored.length - 2) continue
    // An open request stands at the end, below the call that waits for it.
    if ((item.type === 'permission' || item.type === 'question') && waiting.has(item.requestId)) continue
    rows.push(item)
  }
  for (const item of inbox) rows.push({ type: 'waiting', key: `i${item.id}`, inbox: item })
  for (const prompt of sent) rows.push({ type: 'sent', key: prompt.key, text: prompt.text })
  if (ended) rows.push({ type: 'ending', key: 'ending' })
  else if (isLive(run.status) && inbox.length === 0) rows.push({ type: 'working', key: 'working' })
  return rows
}

const QUIET = new Set<Row['type']>(['tool', 'reasoning', 'files', 'note', 'permission', 'question'])

/** Whether a row belongs to the one above it: calls of tools follow each other closely, speech stands apart. */
export const isClose = (row: Row, above: Row | undefined): boolean => above !== undefined && QUIET.has(row.type) && QUIET.has(above.type)

/** How high a row will be, roughly, in pixels: only until it is drawn and measured. */
export const estimateRow = (row: Row): number => {
  switch (row.type) {
    case 'tool':
    case 'reasoning':
      return 32
    case 'text':
      return 24 + Math.ceil(row.text.length / 90) * 20
    case 'prompt':
    case 'sent':
      return 40 + Math.ceil(row.text.length / 70) * 20
    case 'waiting':
      return 110
    case 'output':
      return 44 + row.lines.length * 18
    case 'ending':
      return 90
    default:
      return 26
  }
}
