import { useCallback } from 'react'
import { formatDuration, formatRelative, formatTimestamp } from '../format/time.ts'
import { useNow } from './use-now.ts'

/** How long something takes or took: from `from` to `to`, counting while `to` is null. Both UTC epoch milliseconds. */
export function Duration({ from, to }: { from: number; to?: number | null }) {
  const text = useNow(useCallback((now: number) => formatDuration((to ?? now) - from), [from, to]))
  return <span className="mono num">{text}</span>
}

/** How long ago or how far ahead a moment is; the exact time on hover. `short` leaves out "ago". */
export function RelativeTime({ at, short = false }: { at: number; short?: boolean }) {
  const text = useNow(
    useCallback(
      (now: number) => {
        const words = formatRelative(at, now)
        return short ? words.replace(/ ago$|^just /, '') : words
      },
      [at, short],
    ),
  )
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={formatTimestamp(at)}>
      {text}
    </time>
  )
}

/** How long it still is until a moment, counting down to `now`. */
export function Countdown({ at }: { at: number }) {
  const text = useNow(useCallback((now: number) => (at <= now ? 'now' : `in ${formatDuration(at - now + 999)}`), [at]))
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={formatTimestamp(at)}>
      {text}
    </time>
  )
}

/** True once `ms` milliseconds have passed since `since`; draws again when that happens. */
export const useElapsed = (since: number | null, ms: number): boolean =>
  useNow(useCallback((now: number) => since !== null && now - since >= ms, [since, ms]))
