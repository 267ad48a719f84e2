import type { OpencodeClient } from '@opencode-ai/sdk/v2/client'
import { z } from 'zod'
import { answered, type Clients, callOptions, Refused } from './clients.ts'
import type { PromptIds } from './ids.ts'
import type { PermissionRule } from './policy.ts'
import {
  type PermissionRequest,
  PermissionRequest as PermissionShape,
  parseMessages,
  QuestionRequest,
  SessionStatus,
  type StoredMessage,
} from './protocol.ts'
import type { Connection } from './server-process.ts'

/** A model as OpenCode takes it. */
export interface ModelRef {
  readonly providerID: string
  readonly modelID: string
}

/** Parses `provider/model`; a model's own name may hold slashes. Null when it is no such thing. */
export function parseModel(text: string): ModelRef | null {
  const slash = text.indexOf('/')
  return slash > 0 && slash < text.length - 1 ? { providerID: text.slice(0, slash), modelID: text.slice(slash + 1) } : null
}

const Session = z.object({
  id: z.string(),
  directory: z.string(),
  permission: z.array(z.object({ permission: z.string(), pattern: z.string(), action: z.string() })).catch([]),
})
export type Session = z.infer<typeof Session>

/**
 * The calls of one directory, with what comes back parsed.
 *
 * All reject with `NoAnswer` when the server is gone or too slow, and with `Refused` when it says no.
 */
export interface DirectoryLink {
  createSession(title: string, permission: readonly PermissionRule[]): Promise<Session>
  /** Null when there is no such session. */
  getSession(sessionId: string): Promise<Session | null>
  /** Adds rules after those that the session has. */
  addRules(sessionId: string, permission: readonly PermissionRule[]): Promise<void>
  /** Sends a prompt. The same ids again are harmless: an answered prompt stays as it is, an unanswered one is taken up. */
  send(sessionId: string, ids: PromptIds, text: string, model: ModelRef): Promise<void>
  abort(sessionId: string): Promise<void>
  /** `idle` also for sessions that it does not know. */
  status(sessionId: string): Promise<SessionStatus>
  /** Oldest first; the newest `limit` of them, or all. */
  messages(sessionId: string, limit?: number): Promise<StoredMessage[]>
  pending(): Promise<{ permissions: PermissionRequest[]; questions: QuestionRequest[] }>
  children(sessionId: string): Promise<string[]>
  replyPermission(requestId: string, reply: 'once' | 'always' | 'reject', message?: string): Promise<void>
  replyQuestion(requestId: string, answers: string[][] | null): Promise<void>
  /** The configuration as OpenCode resolves it for this directory. */
  config(): Promise<{ model: string | null; permission: unknown }>
  providers(): Promise<Providers>
  dispose(): Promise<void>
}

const Providers = z.object({
  providers: z
    .array(z.object({ id: z.string(), name: z.string(), models: z.record(z.string(), z.object({ name: z.string() })) }))
    .catch([]),
  default: z.record(z.string(), z.string()).catch({}),
})
export type Providers = z.infer<typeof Providers>

const parseList = <T>(shape: z.ZodType<T>, value: unknown): T[] =>
  Array.isArray(value)
    ? value.flatMap((entry) => {
        const parsed = shape.safeParse(entry)
        return parsed.success ? [parsed.data] : []
      })
    : []

export function linkDirectory(connection: Connection, clients: Clients, directory: string): DirectoryLink {
  const client: OpencodeClient = clients.for(directory)
  const options = () => callOptions(connection)
  return {
    createSession: async (title, permission) =>
      Session.parse(await answered('a session', client.session.create({ title, permission: [...permission] }, options()))),
    getSession: (sessionID) =>
      answered('the session', client.session.get({ sessionID }, options())).then(
        (session) => Session.parse(session),
        (error: unknown) => {
          // A malformed id is an internal error to OpenCode: there is no such session either.
          if (error instanceof Refused) return null
          throw error
        },
      ),
    addRules: async (sessionID, permission) => {
      await answered('the permission rules', client.session.update({ sessionID, permission: [...permission] }, options()))
    },
    send: async (sessionID, { messageId, partId }, text, model) => {
      await answered(
        'the prompt',
        client.session.promptAsync(
          { sessionID, messageID: messageId, model: { ...model }, parts: [{ id: partId, type: 'text', text }] },
          options(),
        ),
      )
    },
    abort: async (sessionID) => {
      await answered('the abort', client.session.abort({ sessionID }, options()))
    },
    status: async (sessionID) => {
      const all: Readonly<Record<string, unknown>> = await answered('the status', client.session.status({}, options()))
      const status = SessionStatus.safeParse(all[sessionID])
      return status.success ? status.data : { type: sessionID in all ? 'busy' : 'idle' }
    },
    messages: async (sessionID, limit) =>
      parseMessages(await answered('the messages', client.session.messages({ sessionID, ...(limit ? { limit } : {}) }, options()))),
    pending: async () => {
      const [permissions, questions] = await Promise.all([
        answered('the permissions', client.permission.list({}, options())),
        answered('the questions', client.question.list({}, options())),
      ])
      return { permissions: parseList(PermissionShape, permissions), questions: parseList(QuestionRequest, questions) }
    },
    children: async (sessionID) =>
      parseList(z.object({ id: z.string() }), await answered('the subagents', client.session.children({ sessionID }, options()))).map(
        ({ id }) => id,
      ),
    replyPermission: async (requestID, reply, message) => {
      await answered('the reply', client.permission.reply({ requestID, reply, ...(message ? { message } : {}) }, options()))
    },
    replyQuestion: async (requestID, answers) => {
      const call =
        answers === null ? client.question.reject({ requestID }, options()) : client.question.reply({ requestID, answers }, options())
      await answered('the answer', call)
    },
    config: async () => {
      const shape = z.object({ model: z.string().nullish(), permission: z.unknown().optional() })
      const { model, permission } = shape.parse(await answered('the configuration', client.config.get({}, options())))
      return { model: model ?? null, permission }
    },
    providers: async () => Providers.parse(await answered('the models', client.config.providers({}, options()))),
    dispose: async () => {
      await answered('the disposal', client.instance.dispose({}, options()))
      clients.forget(directory)
    },
  }
}
