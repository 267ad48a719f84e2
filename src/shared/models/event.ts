import { z } from 'zod'
import { Json, Timestamp } from './common.ts'

export const EventLevel = z.enum(['debug', 'info', 'warn', 'error'])
export type EventLevel = z.infer<typeof EventLevel>

/**
 * What kinds of event there are, and the `data` each carries:
 *
 * - `prompt` `{messageId, text}`: what a person said to the agent
 * - `text`, `reasoning` `{messageId, partId, text}`: a finished part of the agent's answer
 * - `tool` `{messageId, partId, tool, status: completed|error, title, input, output, error?, startedAt, endedAt}`: a finished tool call
 * - `files` `{files: string[]}`: files that changed, relative to the worktree
 * - `todos` `{todos: [{content, status}]}`: the agent's todo list
 * - `usage` `{messageId, cost, tokens: {input, output, reasoning, cacheRead, cacheWrite}}`: of one model step; cost in US dollars
 * - `permission`, `question` `{requestId, ...}`: asked; `permission.replied`, `question.replied`: answered
 * - `provider.retry` `{attempt, message, nextAt}`: the provider failed and is tried again
 * - `log`: output of a command, whole lines, several to an event
 * - `run`, `attempt`, `step`, `worktree`, `session`: the life of the run itself
 */
export const EVENT_KINDS = [
  'prompt',
  'text',
  'reasoning',
  'tool',
  'files',
  'todos',
  'usage',
  'permission',
  'permission.replied',
  'question',
  'question.replied',
  'provider.retry',
  'log',
  'run',
  'attempt',
  'step',
  'worktree',
  'session',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/** An event to append. `kind` is one of `EVENT_KINDS`, or a worker's own word. */
export const NewEvent = z
  .object({
    kind: z.string().min(1).max(60),
    level: EventLevel.default('info'),
    message: z.string().max(1_000_000).default(''),
    data: Json.optional(),
    step: z.number().int().nonnegative().optional(),
  })
  .readonly()
export type NewEvent = z.input<typeof NewEvent>

/** A stored event. `seq` counts from 1 without gaps for each run. */
export const RunEvent = z
  .object({
    seq: z.number().int().positive(),
    at: Timestamp,
    attemptId: z.string().nullable(),
    step: z.number().int().nonnegative().nullable(),
    kind: z.string(),
    level: EventLevel,
    message: z.string(),
    data: Json.nullable(),
  })
  .readonly()
export type RunEvent = z.infer<typeof RunEvent>

/** A part of the agent's answer that is still growing. Never stored: its end is, as an event with the same `partId`. */
export const LivePart = z
  .object({
    partId: z.string(),
    messageId: z.string(),
    type: z.enum(['text', 'reasoning', 'tool']),
    /** Everything so far of a text or reasoning part; the input's one-line title for a tool. */
    text: z.string(),
    tool: z.string().optional(),
    input: Json.optional(),
    startedAt: Timestamp,
  })
  .readonly()
export type LivePart = z.infer<typeof LivePart>

/**
 * One message of a run's feed.
 *
 * First comes one `snapshot`: all stored events after `afterSeq` (in pages: `more` says that another snapshot follows) and the parts still growing.
 * Then `events` as they are stored, `part` for a part that began or was replaced, and `delta` for text appended to a part.
 * A stored event whose `data.partId` is that of a live part ends it. `dropped` names parts that ended without being stored.
 */
export const FeedMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), events: z.array(RunEvent), parts: z.array(LivePart), more: z.boolean() }),
  z.object({ type: z.literal('events'), events: z.array(RunEvent) }),
  z.object({ type: z.literal('part'), part: LivePart }),
  z.object({ type: z.literal('delta'), partId: z.string(), text: z.string() }),
  z.object({ type: z.literal('dropped'), partIds: z.array(z.string()) }),
])
export type FeedMessage = z.infer<typeof FeedMessage>
