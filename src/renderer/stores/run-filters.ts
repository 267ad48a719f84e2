import { create } from 'zustand'
import type { LaneName, RunStatus } from '../../shared/models/index.ts'

export interface RunFilters {
  readonly text: string
  readonly status: RunStatus | ''
  readonly lane: LaneName | ''
  readonly since: 'any' | 'today' | 'week' | 'month' | 'dates'
  /** Days as `2026-01-31`, used when `since` is `dates`; empty for open. The last day is included. */
  readonly from: string
  readonly to: string
}

export const NO_FILTERS: RunFilters = { text: '', status: '', lane: '', since: 'any', from: '', to: '' }

/** What the list of runs is narrowed to. Kept while other screens are looked at. The project comes from the header. */
export const useRunFilters = create<RunFilters>()(() => NO_FILTERS)

const DAY_MS = 86_400_000

/** The filter's span of time in UTC epoch milliseconds, in the viewer's time zone; `to` lies behind the last moment. */
export function filterSpan(filters: RunFilters, now: number): { from?: number; to?: number } {
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  switch (filters.since) {
    case 'today':
      return { from: midnight }
    case 'week':
      return { from: midnight - 6 * DAY_MS }
    case 'month':
      return { from: midnight - 29 * DAY_MS }
    case 'dates': {
      const from = filters.from ? Date.parse(`${filters.from}T00:00:00`) : Number.NaN
      const to = filters.to ? Date.parse(`${filters.to}T00:00:00`) + DAY_MS : Number.NaN
      return { ...(Number.isNaN(from) ? {} : { from }), ...(Number.isNaN(to) ? {} : { to }) }
    }
    default:
      return {}
  }
}
