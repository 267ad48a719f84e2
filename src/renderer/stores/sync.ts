import type { LiveMessage } from '../../shared/models/index.ts'
import { createBatch } from './batch.ts'
import { applyMessages, setConnection } from './live.ts'
import { messageOf } from './perform.ts'

/** What the mirror needs of the line to the core. */
export interface SyncSource {
  /** Hands over a snapshot, then changes in order, until `signal` aborts; goes on by itself after a cut. Rejects when the core refuses for good. */
  watch(onMessage: (message: LiveMessage) => void, signal: AbortSignal): Promise<void>
  /** Calls back with the state of the line now and after each change. Returns what ends that. */
  onState(listener: (state: 'connecting' | 'open' | 'closed' | 'denied') => void): () => void
}

const LINE_STATE = { connecting: 'connecting', open: 'live', closed: 'cut', denied: 'denied' } as const

/**
 * Keeps the live store in step with the core until the returned function is called.
 *
 * Messages are applied once a frame. Should a revision be missing all the same, the watch is started again, which brings a new snapshot.
 */
export function startSync(source: SyncSource): () => void {
  const life = new AbortController()
  const stopState = source.onState((state) => setConnection(LINE_STATE[state]))

  const watchOnce = async (): Promise<void> => {
    const turn = new AbortController()
    const end = () => turn.abort()
    life.signal.addEventListener('abort', end, { once: true })
    const batch = createBatch<LiveMessage>((messages) => {
      if (!turn.signal.aborted && !applyMessages(messages)) turn.abort()
    })
    try {
      await source.watch(batch.add, turn.signal)
    } finally {
      batch.flush()
      life.signal.removeEventListener('abort', end)
    }
  }
  const keepWatching = async (): Promise<void> => {
    while (!life.signal.aborted) await watchOnce()
  }
  keepWatching().catch((error) => setConnection('cut', messageOf(error)))

  return () => {
    stopState()
    life.abort()
  }
}
