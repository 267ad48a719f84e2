import type { FeedMessage, LivePart } from '../../shared/models/index.ts'
import { type Clock, deepFreeze } from '../platform/index.ts'
import type { RunStore } from './store-port.ts'

/** Text deltas are handed on at most this often, in milliseconds: a frame or two, well below what a person notices. */
const DELTA_INTERVAL_MS = 33
const PAGE = 1_000
/** A follower this many messages behind starts again from the store. */
const MAX_WAITING = 2_000

/** What is growing right now in each run, and everyone who follows a run. */
export interface RunFeed {
  live(runId: string, part: LivePart): void
  delta(runId: string, partId: string, text: string): void
  drop(runId: string, partIds: readonly string[]): void
  /** The parts still growing, oldest first. */
  parts(runId: string): LivePart[]
  /** Forgets the growing parts of a run whose attempt ended. */
  end(runId: string): void
  /** The feed as `FeedMessage` describes it. Ends when the signal aborts. */
  follow(runId: string, afterSeq: number, signal: AbortSignal): AsyncGenerator<FeedMessage, void>
  close(): void
}

interface Follower {
  readonly queue: FeedMessage[]
  wake: () => void
  lagging: boolean
}

interface Growing {
  readonly parts: Map<string, LivePart>
  readonly unsent: Map<string, string>
  cancelSend?: () => void
}

/**
 * Creates the feed over a store.
 *
 * Stored events come from the store's own change feed, so a follower sees what was committed and nothing else. Growing text lives in memory only:
 * one copy of each part so far, which a new follower gets first. All followers share what is sent, and it is frozen.
 */
export function createRunFeed(store: RunStore, clock: Clock): RunFeed {
  const followers = new Map<string, Set<Follower>>()
  const growing = new Map<string, Growing>()

  const send = (runId: string, message: FeedMessage): void => {
    deepFreeze(message)
    for (const follower of followers.get(runId) ?? []) {
      if (follower.queue.length >= MAX_WAITING) follower.lagging = true
      else follower.queue.push(message)
      follower.wake()
    }
  }

  const ofRun = (runId: string): Growing => {
    const known = growing.get(runId)
    if (known) return known
    const fresh: Growing = { parts: new Map(), unsent: new Map() }
    growing.set(runId, fresh)
    return fresh
  }

  const sendDeltas = (runId: string): void => {
    const run = growing.get(runId)
    if (!run) return
    run.cancelSend?.()
    run.cancelSend = undefined
    for (const [partId, text] of run.unsent) send(runId, { type: 'delta', partId, text })
    run.unsent.clear()
  }

  const forget = (runId: string, partIds: readonly string[]): void => {
    const run = growing.get(runId)
    if (!run) return
    for (const partId of partIds) {
      run.parts.delete(partId)
      run.unsent.delete(partId)
    }
    if (run.parts.size === 0) {
      run.cancelSend?.()
      growing.delete(runId)
    }
  }

  const unsubscribe = store.subscribe((change) => {
    for (const { runId, events } of change.events) {
      forget(
        runId,
        events.map(partIdOf).filter((partId) => partId !== null),
      )
      if (followers.has(runId)) send(runId, { type: 'events', events: [...events] })
    }
  })

  const drop = (runId: string, partIds: readonly string[]): void => {
    const known = partIds.filter((partId) => growing.get(runId)?.parts.has(partId))
    forget(runId, known)
    if (known.length) send(runId, { type: 'dropped', partIds: known })
  }

  return {
    live(runId, part) {
      sendDeltas(runId)
      ofRun(runId).parts.set(part.partId, part)
      send(runId, { type: 'part', part })
    },
    delta(runId, partId, text) {
      const run = growing.get(runId)
      const part = run?.parts.get(partId)
      if (!run || !part) return
      run.parts.set(partId, Object.freeze({ ...part, text: part.text + text }))
      run.unsent.set(partId, (run.unsent.get(partId) ?? '') + text)
      run.cancelSend ??= clock.after(DELTA_INTERVAL_MS, () => sendDeltas(runId))
    },
    drop,
    parts: (runId) => [...(growing.get(runId)?.parts.values() ?? [])],
    end: (runId) => drop(runId, [...(growing.get(runId)?.parts.keys() ?? [])]),

    async *follow(runId, afterSeq, signal) {
      const follower: Follower = { queue: [], wake: () => {}, lagging: false }
      const onAbort = (): void => follower.wake()
      signal.addEventListener('abort', onAbort, { once: true })
      const all = followers.get(runId) ?? new Set()
      followers.set(runId, all.add(follower))
      let seen = afterSeq
      try {
        let caughtUp = false
        while (!signal.aborted) {
          if (!caughtUp || follower.lagging) {
            // Registered before reading: what is committed meanwhile waits in the queue, and `seen` drops what the pages already had.
            if (follower.lagging) follower.queue.length = 0
            follower.lagging = false
            for (caughtUp = false; !caughtUp && !signal.aborted; ) {
              const events = await store.events(runId, seen, PAGE)
              seen = events.at(-1)?.seq ?? seen
              caughtUp = events.length < PAGE
              // The parts and the queue are cut at one moment: what grew before is in the parts, what grows from now on comes as messages.
              if (caughtUp) keepEventsOnly(follower.queue)
              const stored = new Set(events.map(partIdOf))
              const parts = caughtUp ? [...(growing.get(runId)?.parts.values() ?? [])].filter((part) => !stored.has(part.partId)) : []
              if (caughtUp) growing.get(runId)?.unsent.size && flushOthers(runId, follower)
              yield { type: 'snapshot', events, parts, more: !caughtUp }
            }
          }
          const next = follower.queue.shift()
          if (next?.type === 'events') {
            const events = next.events.filter((event) => event.seq > seen)
            seen = events.at(-1)?.seq ?? seen
            if (events.length) yield { type: 'events', events }
          } else if (next) yield next
          else if (!signal.aborted) await new Promise<void>((wake) => (follower.wake = wake))
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
        all.delete(follower)
        if (all.size === 0) followers.delete(runId)
      }
    },
    close() {
      unsubscribe()
      for (const run of growing.values()) run.cancelSend?.()
      growing.clear()
    },
  }

  /** Sends waiting deltas now, but not to a follower whose snapshot already has that text. */
  function flushOthers(runId: string, except: Follower): void {
    const before = except.queue.length
    sendDeltas(runId)
    except.queue.length = before
  }
}

/** Deltas and parts queued while the pages were read are in the parts already. */
function keepEventsOnly(queue: FeedMessage[]): void {
  const events = queue.filter((message) => message.type === 'events')
  queue.length = 0
  queue.push(...events)
}

function partIdOf(event: { data: unknown }): string | null {
  const data = event.data as { partId?: unknown } | null
  return typeof data?.partId === 'string' ? data.partId : null
}
