import { Pause } from 'lucide-react'
import { useCallback } from 'react'
import type { RunSummary } from '../../shared/models/index.ts'
import { formatLeft, formatTimestamp, lateWords } from '../format/index.ts'
import './run-time.css'
import { Tag } from './tag.tsx'
import { Duration } from './time.tsx'
import { useNow } from './use-now.ts'

type Timed = Pick<RunSummary, 'status' | 'timedFrom' | 'timeoutStatus' | 'timeoutAt' | 'pausedAt'>

/** How much of its time a late run has used: `12 of 15 min`, in amber. Nothing while it is in good time. */
export function LateTag({ run }: { run: Timed }) {
  const words = useNow(useCallback((now: number) => lateWords(run, now), [run]))
  if (words === null) return null
  return (
    <Tag tone="need" {...(run.timeoutAt === null ? {} : { title: `Its limit is ${formatTimestamp(run.timeoutAt)}` })}>
      {words}
    </Tag>
  )
}

/** How long a run has been at it. While a person is waited for it stands still and says so. */
export function RunClock({ run }: { run: Pick<RunSummary, 'startedAt' | 'endedAt' | 'pausedAt'> }) {
  if (run.startedAt === null) return null
  if (run.endedAt !== null || run.pausedAt === null) return <Duration from={run.startedAt} to={run.endedAt} />
  return (
    <span className="clock-still" title="Its clock stands still while it waits for you">
      <Pause aria-hidden="true" />
      <span className="sr-only">The clock stands still: </span>
      <Duration from={run.startedAt} to={run.pausedAt} />
    </span>
  )
}

/** How long it still is until a limit or a deadline: `2:55 left`. */
export function TimeLeft({ at }: { at: number }) {
  const words = useNow(useCallback((now: number) => formatLeft(at, now), [at]))
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={formatTimestamp(at)}>
      {words}
    </time>
  )
}
