import { useCallback, useEffect, useRef, useState } from 'react'
import type { RunSummary } from '../../../shared/models/index.ts'
import { getClient, messageOf, useLive } from '../../stores/index.ts'

/** What to list: the input of `runs.list` without paging. */
export type ListQuery = Omit<Parameters<ReturnType<typeof getClient>['runs']['list']>[0], 'limit' | 'cursor'>

export interface RunPages {
  readonly runs: readonly RunSummary[]
  readonly state: 'loading' | 'ready' | 'failed'
  readonly error: string | null
  readonly more: boolean
  readonly loadMore: () => void
  readonly reload: () => void
}

const PAGE = 100
const MOST_AT_ONCE = 500
/** Runs that come and go in a burst make the list look again once, this much later in milliseconds. */
const SETTLE_MS = 600

interface Loaded {
  readonly key: string
  readonly runs: readonly RunSummary[]
  readonly cursor: string | null
  readonly state: RunPages['state']
  readonly error: string | null
}

/**
 * Pages through stored runs, newest first. Looks again when a run appears or leaves, and when the line comes back; what is shown stays meanwhile.
 *
 * The rows are as they were when listed: show the live run of the same id where there is one.
 */
export function useRunPages(query: ListQuery): RunPages {
  const key = JSON.stringify(query)
  const [loaded, setLoaded] = useState<Loaded>({ key, runs: [], cursor: null, state: 'loading', error: null })
  const turn = useRef(0)
  const busy = useRef(false)
  const current = useRef(loaded)
  current.current = loaded

  const load = useCallback(
    async (append: boolean) => {
      const { runs, cursor, key: shown } = current.current
      if (append && (busy.current || !cursor || shown !== key)) return
      const mine = ++turn.current
      busy.current = true
      if (shown !== key) setLoaded({ key, runs: [], cursor: null, state: 'loading', error: null })
      const limit = append || shown !== key ? PAGE : Math.min(MOST_AT_ONCE, Math.max(PAGE, runs.length))
      try {
        const page = await getClient().runs.list({ ...(JSON.parse(key) as ListQuery), limit, ...(append && cursor ? { cursor } : {}) })
        if (mine !== turn.current) return
        const rows = append ? [...runs, ...page.runs] : page.runs
        setLoaded({ key, runs: rows, cursor: page.nextCursor, state: 'ready', error: null })
      } catch (error) {
        if (mine !== turn.current) return
        setLoaded((old) => ({ ...old, state: old.runs.length > 0 ? 'ready' : 'failed', error: messageOf(error) }))
      } finally {
        if (mine === turn.current) busy.current = false
      }
    },
    [key],
  )

  const live = useLive((s) => s.connection.state === 'live')
  useEffect(() => {
    // Without a line there is no answer: what is shown stays, and the list looks again when the line is back.
    if (live) void load(false)
    return () => {
      turn.current++
    }
  }, [load, live])

  const membership = useLive((s) => s.board.membership)
  const seen = useRef(membership)
  useEffect(() => {
    if (seen.current === membership) return
    const timer = setTimeout(() => {
      seen.current = membership
      void load(false)
    }, SETTLE_MS)
    return () => clearTimeout(timer)
  }, [membership, load])

  return {
    runs: loaded.key === key ? loaded.runs : [],
    state: loaded.key === key ? loaded.state : 'loading',
    error: loaded.error,
    more: loaded.cursor !== null,
    loadMore: useCallback(() => void load(true), [load]),
    reload: useCallback(() => void load(false), [load]),
  }
}
