/**
 * What travels between a client and a store thread.
 *
 * A client posts one `Call` or an array of them; the thread posts `Answer`s. Calls of one port are done in the order they were posted.
 * The writer takes further ports: `{ connect: MessagePort }`, transferred over the port of its main client. Such a port speaks the same
 * calls and answers; only `changes` always go to the main client, and there before any reply to anyone.
 */
import type { MessagePort } from 'node:worker_threads'
import type { StoreChange } from '../../runs/store-port.ts'
import type { PlainError } from './faults.ts'
import type { MigrationReport } from './migrate.ts'

export type Role = 'writer' | 'reader'

/** Which thread this is; `life` names this one among all that ever were, and begins as all lives of its process do. */
export interface ThreadData {
  readonly role: Role
  readonly file: string
  readonly life: string
  readonly ofProcess: string
}

/** `id` is the client's own; the reply carries it back. */
export interface Call {
  readonly id: number
  readonly method: string
  readonly args: readonly unknown[]
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: PlainError }

/** What one commit brought. A client hands the changes to its listeners before it settles the replies. */
export interface Answer {
  readonly changes: readonly StoreChange[]
  readonly replies: readonly Reply[]
}

/** What a thread is told: to open the database (first, and from its main client), to answer calls, to take a further client, to end. */
export type Message = { readonly open: true } | Call | readonly Call[] | { readonly connect: MessagePort } | { readonly close: true }

/** The answer to `open`. */
export type Ready =
  | { readonly ready: true; readonly migration: MigrationReport | null }
  | { readonly ready: false; readonly error: PlainError }
