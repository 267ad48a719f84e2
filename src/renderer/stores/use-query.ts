import { useCallback, useEffect, useRef, useState } from 'react'
import { useLive } from './live.ts'
import { messageOf } from './perform.ts'

export interface Query<T> {
  /** The last answer; stays while a newer one is fetched or could not be had. */
  readonly data: T | null
  readonly error: string | null
  readonly loading: boolean
  readonly reload: () => void
}

/**
 * Asks the core for something that is not part of the live view, again whenever `key` changes and when the line comes back.
 *
 * @param key  what is asked for; null asks for nothing
 * @param load  only looked at when it is called, so it may be made anew each time
 */
export function useQuery<T>(key: string | null, load: () => Promise<T>): Query<T> {
  const [state, setState] = useState<{ key: string | null; data: T | null; error: string | null; loading: boolean }>({
    key,
    data: null,
    error: null,
    loading: key !== null,
  })
  const latest = useRef(load)
  latest.current = load
  const turn = useRef(0)
  const live = useLive((s) => s.connection.state === 'live')

  const reload = useCallback(() => {
    if (key === null) return
    const mine = ++turn.current
    setState((old) => (old.key === key ? { ...old, loading: true } : { key, data: null, error: null, loading: true }))
    latest.current().then(
      (data) => mine === turn.current && setState({ key, data, error: null, loading: false }),
      (error) => mine === turn.current && setState((old) => ({ ...old, error: messageOf(error), loading: false })),
    )
  }, [key])

  useEffect(() => {
    // Without a line there is no answer: what is shown stays, and the question is asked when the line is back.
    if (live) reload()
    return () => {
      turn.current++
    }
  }, [reload, live])
  return { ...state, reload }
}
