import type { LiveMessage, Revision } from '../../shared/models/index.ts'
import { applyMessages, setConnection, useLive } from './live.ts'

/**
 * Opens one `watch` stream, from `since` where the core can still resume it. Resolves once the core answered; the stream ends or throws when the
 * line is cut. Aborting `signal` ends it.
 */
export type OpenWatch = (since: Revision | undefined, signal: AbortSignal) => Promise<AsyncIterable<LiveMessage>>

const FIRST_WAIT_MS = 300
const LONGEST_WAIT_MS = 5_000

/** A frame is this late at most, also in a hidden window, where no frames are drawn. */
const FRAME_MS = 200

/**
 * Keeps the live store in step with the core until `stop`: watches, applies messages once a frame, and starts again after a cut or a gap.
 *
 * After a cut it resumes from the last revision, after a gap it asks for a new snapshot. `retry` tries at once instead of waiting.
 */
export function startSync(open: OpenWatch): { retry(): void; stop(): void } {
  const life = new AbortController()
  let wake: () => void = () => {}

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const loop = async () => {
    let since: Revision | undefined
    let delay = FIRST_WAIT_MS
    while (!life.signal.aborted) {
      const line = new AbortController()
      const hangUp = () => line.abort()
      life.signal.addEventListener('abort', hangUp)
      const batch = createBatch(hangUp)
      try {
        const stream = await open(since, line.signal)
        if (useLive.getState().ready && since) setConnection('live')
        for await (const message of stream) {
          delay = FIRST_WAIT_MS
          batch.add(message)
          if (line.signal.aborted) break
          setConnection('live')
        }
        batch.flush()
        if (!life.signal.aborted && !batch.gap) setConnection('cut', 'The connection ended.')
      } catch (error) {
        batch.flush()
        if (!life.signal.aborted && !batch.gap) setConnection('cut', error instanceof Error ? error.message : String(error))
      } finally {
        life.signal.removeEventListener('abort', hangUp)
        line.abort()
      }
      since = batch.gap ? undefined : (useLive.getState().revision ?? undefined)
      if (life.signal.aborted) return
      await wait(delay)
      delay = Math.min(delay * 2, LONGEST_WAIT_MS)
    }
  }
  void loop()

  return {
    retry: () => wake(),
    stop: () => {
      life.abort()
      wake()
    },
  }
}

/** Collects messages and applies them together: with the next frame, or after `FRAME_MS` where frames do not come. */
function createBatch(onGap: () => void) {
  let waiting: LiveMessage[] = []
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const batch = {
    gap: false,
    add(message: LiveMessage): void {
      waiting.push(message)
      if (timer) return
      timer = setTimeout(batch.flush, FRAME_MS)
      if (typeof requestAnimationFrame === 'function') frame = requestAnimationFrame(batch.flush)
    },
    flush(): void {
      clearTimeout(timer)
      timer = undefined
      if (frame) cancelAnimationFrame(frame)
      frame = 0
      const messages = waiting
      waiting = []
      if (batch.gap || messages.length === 0 || applyMessages(messages)) return
      batch.gap = true
      onGap()
    },
  }
  return batch
}
