import { z } from 'zod'

/**
 * What the OpenCode server sends, as far as this app reads it.
 *
 * The shapes are loose on purpose: only what is used is checked, so that a server with more fields or more kinds of part still works. What does not
 * fit is `null`, never a guess.
 */

const ErrorInfo = z.object({ name: z.string(), data: z.record(z.string(), z.unknown()).catch({}) })
export type ErrorInfo = z.infer<typeof ErrorInfo>

const Tokens = z.object({
  input: z.number().catch(0),
  output: z.number().catch(0),
  reasoning: z.number().catch(0),
  cache: z.object({ read: z.number().catch(0), write: z.number().catch(0) }).catch({ read: 0, write: 0 }),
})

export const MessageInfo = z.object({
  id: z.string(),
  sessionID: z.string(),
  role: z.enum(['user', 'assistant']),
  time: z.object({ created: z.number(), completed: z.number().optional() }),
  error: ErrorInfo.optional().catch(undefined),
  finish: z.string().optional(),
  providerID: z.string().optional(),
  modelID: z.string().optional(),
})
export type MessageInfo = z.infer<typeof MessageInfo>

const Part = z.object({ id: z.string(), messageID: z.string(), sessionID: z.string() })
const Span = z.object({ start: z.number(), end: z.number().optional() })
const Input = z.record(z.string(), z.unknown()).catch({})
const Metadata = z.record(z.string(), z.unknown()).optional().catch(undefined)

export const TextPart = Part.extend({
  type: z.enum(['text', 'reasoning']),
  text: z.string(),
  time: Span.optional(),
  synthetic: z.boolean().optional(),
  ignored: z.boolean().optional(),
})
export type TextPart = z.infer<typeof TextPart>

export const ToolPart = Part.extend({
  type: z.literal('tool'),
  tool: z.string(),
  callID: z.string().optional(),
  state: z.discriminatedUnion('status', [
    z.object({ status: z.literal('pending'), input: Input }),
    z.object({ status: z.literal('running'), input: Input, title: z.string().optional(), time: Span }),
    z.object({
      status: z.literal('completed'),
      input: Input,
      output: z.string().catch(''),
      title: z.string().catch(''),
      metadata: Metadata,
      time: Span,
    }),
    z.object({ status: z.literal('error'), input: Input, error: z.string(), metadata: Metadata, time: Span }),
  ]),
})
export type ToolPart = z.infer<typeof ToolPart>

export const StepFinishPart = Part.extend({
  type: z.literal('step-finish'),
  reason: z.string().catch(''),
  cost: z.number().catch(0),
  tokens: Tokens,
})
export type StepFinishPart = z.infer<typeof StepFinishPart>

export const PatchPart = Part.extend({ type: z.literal('patch'), files: z.array(z.string()) })

/** Parts that are read; every other kind (step-start, snapshot, retry, compaction, ...) parses to null. */
export type AgentPart = TextPart | ToolPart | StepFinishPart | z.infer<typeof PatchPart>
const AgentPart = z.discriminatedUnion('type', [TextPart, ToolPart, StepFinishPart, PatchPart])

export function parsePart(value: unknown): AgentPart | null {
  const parsed = AgentPart.safeParse(value)
  return parsed.success ? parsed.data : null
}

/** One message with its parts, as `session.messages` lists it. */
export interface StoredMessage {
  readonly info: MessageInfo
  readonly parts: readonly AgentPart[]
}

/** Parses a list of messages; one that does not fit is left out. */
export function parseMessages(value: unknown): StoredMessage[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((entry: { info?: unknown; parts?: unknown }) => {
    const info = MessageInfo.safeParse(entry?.info)
    if (!info.success) return []
    const parts = Array.isArray(entry.parts) ? entry.parts.map(parsePart).filter((part) => part !== null) : []
    return [{ info: info.data, parts }]
  })
}

export const SessionStatus = z.discriminatedUnion('type', [
  z.object({ type: z.literal('idle') }),
  z.object({ type: z.literal('busy') }),
  z.object({ type: z.literal('retry'), attempt: z.number(), message: z.string().catch(''), next: z.number() }),
])
export type SessionStatus = z.infer<typeof SessionStatus>

export const PermissionRequest = z.object({
  id: z.string(),
  sessionID: z.string(),
  permission: z.string(),
  patterns: z.array(z.string()).catch([]),
  always: z.array(z.string()).catch([]),
  metadata: z.record(z.string(), z.unknown()).catch({}),
})
export type PermissionRequest = z.infer<typeof PermissionRequest>

export const QuestionRequest = z.object({
  id: z.string(),
  sessionID: z.string(),
  questions: z.array(
    z.object({
      question: z.string(),
      header: z.string().optional(),
      multiple: z.boolean().catch(false).default(false),
      options: z.array(z.object({ label: z.string(), description: z.string().optional() })).catch([]),
    }),
  ),
})
export type QuestionRequest = z.infer<typeof QuestionRequest>

const Session = z.object({ sessionID: z.string() })

/** Events that are read, by their name on the wire. */
const SHAPES = {
  'server.connected': z.object({}),
  'session.created': z.object({ info: z.object({ id: z.string(), parentID: z.string().optional() }) }),
  'session.status': Session.extend({ status: SessionStatus }),
  'session.idle': Session,
  'session.error': z.object({ sessionID: z.string().optional(), error: ErrorInfo.optional() }),
  'message.updated': z.object({ info: MessageInfo }),
  'message.part.updated': z.object({ part: z.unknown() }),
  'message.part.delta': Session.extend({ messageID: z.string(), partID: z.string(), field: z.string(), delta: z.string() }),
  'message.part.removed': Session.extend({ messageID: z.string(), partID: z.string() }),
  'permission.asked': PermissionRequest,
  'permission.replied': Session.extend({ requestID: z.string(), reply: z.string() }),
  'question.asked': QuestionRequest,
  'question.replied': Session.extend({ requestID: z.string(), answers: z.array(z.array(z.string())).catch([]) }),
  'question.rejected': Session.extend({ requestID: z.string() }),
  'todo.updated': Session.extend({ todos: z.array(z.object({ content: z.string(), status: z.string() })) }),
  'file.edited': z.object({ file: z.string() }),
} as const

type Shapes = typeof SHAPES
export type ServerEvent = {
  [T in keyof Shapes]: { readonly type: T; readonly directory: string | undefined } & Readonly<z.infer<Shapes[T]>>
}[keyof Shapes]

/** Events that are known and of no use here. Names that end in a dot stand for everything that begins with them. */
const UNUSED = [
  'sync',
  'server.',
  'session.updated',
  'session.deleted',
  'session.diff',
  'session.compacted',
  'session.next.',
  'message.removed',
  'file.watcher.updated',
  'installation.',
  'lsp.',
  'mcp.',
  'plugin.',
  'project.',
  'pty.',
  'reference.',
  'catalog.',
  'integration.',
  'models-dev.',
  'command.',
  'tui.',
  'vcs.',
  'workspace.',
  'worktree.',
  'global.',
  'ide.',
  // Newer names of requests that also come under their old ones.
  'permission.v2.',
  'question.v2.',
]

export type ParsedEvent =
  | { readonly kind: 'event'; readonly event: ServerEvent }
  | { readonly kind: 'unused' | 'unknown'; readonly name: string }

/** Reads one line of the global event stream, `{directory, payload: {type, properties}}`. */
export function parseGlobalEvent(value: unknown): ParsedEvent {
  const envelope = z
    .object({ directory: z.string().optional(), payload: z.object({ type: z.string(), properties: z.unknown().optional() }) })
    .safeParse(value)
  if (!envelope.success) return { kind: 'unknown', name: '(no envelope)' }
  const { directory, payload } = envelope.data
  const { type } = payload
  if (!Object.hasOwn(SHAPES, type)) {
    const unused = UNUSED.some((name) => (name.endsWith('.') ? type.startsWith(name) : type === name))
    return { kind: unused ? 'unused' : 'unknown', name: type }
  }
  const properties = SHAPES[type as keyof Shapes].safeParse(payload.properties ?? {})
  if (!properties.success) return { kind: 'unknown', name: `${type} (unexpected shape)` }
  return { kind: 'event', event: { ...properties.data, type, directory } as ServerEvent }
}
