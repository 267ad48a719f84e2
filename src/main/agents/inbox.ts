import type { InboxItem } from '../../shared/models/index.ts'
import { clipJson } from './clip.ts'
import type { PermissionRequest, QuestionRequest } from './protocol.ts'

/** What a run waits for. */
export interface PendingRequest {
  readonly item: InboxItem
  /** Where the request must be answered: OpenCode knows requests by directory. */
  readonly directory: string
}

/** What all runs ask of a person. It follows the sessions: whatever is answered, or can no longer be, leaves it. */
export interface Inbox {
  add(request: PendingRequest): void
  find(runId: string, requestId: string): PendingRequest | null
  remove(requestId: string): void
  removeRun(runId: string): void
  /** What a run waits for first, or null. */
  attentionOf(runId: string): 'permission' | 'question' | null
  items(): readonly InboxItem[]
}

/** @param onChange  called after each change */
export function createInbox(onChange: () => void): Inbox {
  const pending = new Map<string, PendingRequest>()
  const drop = (requestIds: readonly string[]): void => {
    const dropped = requestIds.filter((requestId) => pending.delete(requestId))
    if (dropped.length > 0) onChange()
  }
  const of = (runId: string): PendingRequest[] => [...pending.values()].filter(({ item }) => item.runId === runId)
  return {
    add(request) {
      if (pending.has(request.item.id)) return
      pending.set(request.item.id, request)
      onChange()
    },
    find: (runId, requestId) => of(runId).find(({ item }) => item.id === requestId) ?? null,
    remove: (requestId) => drop([requestId]),
    removeRun: (runId) => drop(of(runId).map(({ item }) => item.id)),
    attentionOf: (runId) => {
      const kind = of(runId)[0]?.item.kind
      return kind === 'permission' || kind === 'question' ? kind : null
    },
    items: () => [...pending.values()].map(({ item }) => item),
  }
}

/** Makes the item of a permission. Its title is what a person decides about: `bash: npm test`. */
export function permissionItem(request: PermissionRequest, runId: string, createdAt: number): InboxItem {
  const { id, permission, patterns, always } = request
  const metadata = clipJson(request.metadata)
  return {
    id,
    runId,
    kind: 'permission',
    createdAt,
    title: `${permission}: ${patterns.join(', ') || '*'}`.slice(0, 500),
    data: { permission, patterns, always, metadata },
    questions: [],
  }
}

export function questionItem({ id, questions }: QuestionRequest, runId: string, createdAt: number): InboxItem {
  return {
    id,
    runId,
    kind: 'question',
    createdAt,
    title: (questions[0]?.question ?? 'The agent has a question').slice(0, 500),
    data: clipJson({ questions }),
    questions,
  }
}
