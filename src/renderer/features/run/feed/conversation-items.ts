import type { EventLevel, Json } from '../../../../shared/models/index.ts'

interface Base {
  /** Stays the same while a growing part becomes a stored one, so that its row is kept. */
  readonly key: string
  /** Of the stored event; 0 while the part is growing. */
  readonly seq: number
  /** UTC epoch milliseconds. */
  readonly at: number
}

export interface PromptItem extends Base {
  readonly type: 'prompt'
  readonly text: string
}

export interface TextItem extends Base {
  readonly type: 'text'
  readonly text: string
  readonly live: boolean
}

export interface ReasoningItem extends Base {
  readonly type: 'reasoning'
  readonly text: string
  readonly live: boolean
  /** Milliseconds it took, null while it goes on or where it cannot be known. */
  readonly tookMs: number | null
}

export interface ToolItem extends Base {
  readonly type: 'tool'
  readonly tool: string
  readonly status: 'running' | 'completed' | 'error'
  readonly title: string
  readonly input: Json | null
  readonly output: string
  /** Characters of the output that are not held here; the stored event has them. */
  readonly outputCut: number
  /** Bytes of the output that were too much to be stored at all. */
  readonly outputLost: number
  readonly error: string | null
  readonly startedAt: number
  readonly endedAt: number | null
  /** What the tool said beside its output: exit code, counts. */
  readonly metadata: Json | null
}

export interface FilesItem extends Base {
  readonly type: 'files'
  readonly files: readonly string[]
}

/** A permission or question. `answer` is null until it was answered; `text` is what the person said with it. */
export interface AskItem extends Base {
  readonly type: 'permission' | 'question'
  readonly requestId: string
  readonly title: string
  readonly data: Json | null
  readonly answer: string | null
  readonly text: string | null
}

export interface RetryItem extends Base {
  readonly type: 'retry'
  readonly attempt: number
  readonly message: string
  /** When the provider is tried again, UTC epoch milliseconds; null when unknown. */
  readonly nextAt: number | null
  /** Whether something came after it: the provider answered, or the attempt ended. */
  readonly over: boolean
}

/** Where an attempt begins; the first one has none. `resumed`: a person went on with a run that had ended. */
export interface AttemptItem extends Base {
  readonly type: 'attempt'
  readonly n: number
  readonly resumed: boolean
}

export interface StepItem extends Base {
  readonly type: 'step'
  readonly step: number
}

/** Output of a command: the last lines, and how many there were. */
export interface OutputItem extends Base {
  readonly type: 'output'
  readonly step: number | null
  readonly lines: readonly string[]
  readonly total: number
}

export interface NoteItem extends Base {
  readonly type: 'note'
  readonly kind: string
  readonly level: EventLevel
  readonly text: string
  /** The status that a note about the run itself tells of, empty for others. */
  readonly status: string
}

/** One row of a conversation. */
export type ConversationItem =
  | PromptItem
  | TextItem
  | ReasoningItem
  | ToolItem
  | FilesItem
  | AskItem
  | RetryItem
  | AttemptItem
  | StepItem
  | OutputItem
  | NoteItem

export interface Todo {
  readonly content: string
  readonly status: string
}

/** What the model calls of a run added up. Cost in US dollars. */
export interface UsageTotals {
  readonly cost: number
  readonly input: number
  readonly output: number
  readonly reasoning: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

export const NO_USAGE: UsageTotals = { cost: 0, input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0 }
