const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const two = (value: number): string => String(value).padStart(2, '0')

/** `0:38`, `12:05`, `1:02:10`, `2 d 3 h`. Milliseconds; below zero counts as zero. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / SECOND)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`
  if (hours > 0) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`
  return `${minutes}:${two(seconds % 60)}`
}

/** A length of time in words that stay put: `45 s`, `3 min`, `2 h`, `4 d`. */
export function formatSpan(ms: number): string {
  const span = Math.max(0, ms)
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`
  if (span < DAY) return `${Math.floor(span / HOUR)} h`
  return `${Math.floor(span / DAY)} d`
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** `14:05` in the viewer's time zone. */
export const formatClock = (at: number): string => clock.format(at)

/** The exact moment, for hovering. */
export const formatTimestamp = (at: number): string => full.format(at)

/** `just now`, `4 min ago`, `3 h ago`, then the day; ahead: `in 5 min`, `at 18:00`, then the day and time. */
export function formatRelative(at: number, now: number): string {
  const ago = now - at
  if (ago < -SECOND) {
    if (ago > -HOUR) return `in ${formatSpan(-ago)}`
    return ago > -12 * HOUR ? `at ${formatClock(at)}` : `${day.format(at)}, ${formatClock(at)}`
  }
  if (ago < 10 * SECOND) return 'just now'
  return ago < DAY ? `${formatSpan(ago)} ago` : day.format(at)
}
