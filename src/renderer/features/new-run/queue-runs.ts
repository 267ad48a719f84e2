import type { CreateRun } from '../../../shared/contract/index.ts'
import type { Run } from '../../../shared/models/index.ts'

/** One run to queue, and what became of it. */
export interface QueueEntry {
  readonly request: CreateRun
  readonly run: Run | null
  /** Why it was not queued, in a sentence; null when it was, or was not tried. */
  readonly error: string | null
}

/** Codes after which every other run would fail too. No code means that the line is cut. */
const FAILS_ALL = new Set(['UNAUTHORIZED', 'FORBIDDEN', 'STORE_UNAVAILABLE', 'NOT_FOUND', 'INTERNAL'])

const codeOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null

/**
 * Gives each request an idempotency key, the same one when the same request is made again.
 *
 * So a run whose answer was lost with the line is found, not made twice. Equal prompts of one press get keys of their own.
 */
export const createKeys = (makeKey: () => string) => {
  const keys = new Map<string, string[]>()
  return {
    /** Keys for requests, in their order. */
    for(requests: readonly CreateRun[]): string[] {
      const used = new Map<string, number>()
      return requests.map((request) => {
        const name = JSON.stringify(request)
        const at = used.get(name) ?? 0
        used.set(name, at + 1)
        const known = keys.get(name) ?? []
        known[at] ??= makeKey()
        keys.set(name, known)
        return known[at]
      })
    },
    /** Keeps the keys of what is still to be queued, and forgets all others: the same words again are another run. */
    keep(left: readonly { readonly request: CreateRun; readonly key: string }[]): void {
      keys.clear()
      for (const { request, key } of left) {
        const name = JSON.stringify(request)
        keys.set(name, [...(keys.get(name) ?? []), key])
      }
    },
  }
}

/**
 * Queues runs one after the other, so that they wait in the order in which they were written.
 *
 * A run that is refused for itself does not keep the others back; a failure that would meet all of them ends it, and the rest stays untried.
 *
 * @param onProgress  called with how many are done, before each
 */
export const queueRuns = async (
  requests: readonly CreateRun[],
  keys: readonly string[],
  create: (request: CreateRun) => Promise<Run>,
  onProgress: (done: number) => void,
): Promise<QueueEntry[]> => {
  const entries: QueueEntry[] = []
  let stopped = false
  for (const [index, request] of requests.entries()) {
    if (stopped) {
      entries.push({ request, run: null, error: null })
      continue
    }
    onProgress(index)
    try {
      entries.push({ request, run: await create({ ...request, idempotencyKey: keys[index]! }), error: null })
    } catch (error) {
      entries.push({ request, run: null, error: error instanceof Error && error.message !== '' ? error.message : String(error) })
      const code = codeOf(error)
      stopped = code === null || FAILS_ALL.has(code)
    }
  }
  return entries
}
