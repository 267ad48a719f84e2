import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { followRun } from '../../../client/index.ts'
import { codeOf, getClient, messageOf } from '../../../stores/index.ts'
import { createRunFeed, type FeedView, type RunFeed, type Schedule } from './run-feed.ts'

/** How late a frame may be in milliseconds: a hidden page draws none, and must still take in what comes. */
const LATEST_MS = 200

/** At the next frame, or after a moment where no frames come. */
const nextFrame: Schedule = (flush) => {
  const both = (): void => {
    cancel()
    flush()
  }
  const frame = requestAnimationFrame(both)
  const timer = setTimeout(both, LATEST_MS)
  const cancel = (): void => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  return cancel
}

/**
 * Follows a run while mounted: its conversation, its log and what is growing right now, at most one new view for each frame.
 *
 * Resumes by itself after a cut of the line. `retry` reads from the start again after a failure.
 */
export function useRunFeed(runId: string): FeedView & { retry: () => void } {
  const [round, setRound] = useState(0)
  const [feed, setFeed] = useState<{ of: string; feed: RunFeed }>(() => ({ of: runId, feed: createRunFeed(nextFrame) }))
  let current = feed.feed
  if (feed.of !== runId) {
    // Another run on the same page: nothing of the old one may be shown, not even for a frame.
    current = createRunFeed(nextFrame)
    setFeed({ of: runId, feed: current })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round follows again
  useEffect(() => {
    const life = new AbortController()
    followRun(getClient(), { id: runId, afterSeq: current.lastSeq() }, current.receive, life.signal).catch((error: unknown) => {
      if (!life.signal.aborted) current.fail(codeOf(error) === 'NOT_FOUND' ? 'missing' : 'failed', messageOf(error))
    })
    return () => life.abort()
  }, [runId, current, round])
  const view = useSyncExternalStore(current.subscribe, current.view)
  const retry = useCallback(() => {
    setFeed({ of: runId, feed: createRunFeed(nextFrame) })
    setRound((n) => n + 1)
  }, [runId])
  return { ...view, retry }
}
