import { useCallback, useEffect, useRef, useState } from 'react'
import { codeOf, messageOf, useLive } from '../../../stores/index.ts'

/** Something that is asked for. While it is asked for again, or after that failed, the last answer stays. */
export interface Loadable<T> {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly value: T | null
  readonly error: string | null
  /** Code of the failure (`NOT_FOUND`, ...), where it came from the core. */
  readonly code: string | null
  /** When the value came, UTC epoch milliseconds. */
  readonly at: number
}

export const LOADING: Loadable<never> = { state: 'loading', value: null, error: null, code: null, at: 0 }

/**
 * Asks for something while mounted, and again by `reload` or when `key` changes.
 *
 * With another key the old value is let go at once, and an answer that is still on its way is not waited for. A `reload` while one is on its way is
 * done after it, once: a slow answer is late, but it comes. `enabled: false` asks for nothing.
 */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>, enabled = true): Loadable<T> & { reload: () => void } {
  const [held, setHeld] = useState<{ key: string; value: Loadable<T> }>({ key, value: LOADING })
  const current = useRef(load)
  current.current = load
  const ask = useRef(() => {})
  useEffect(() => {
    if (!enabled) return
    const life = new AbortController()
    let asking = false
    let again = false
    const put = (change: (old: Loadable<T>) => Loadable<T>): void => {
      if (!life.signal.aborted) setHeld((old) => ({ key, value: change(old.key === key ? old.value : LOADING) }))
    }
    const run = async (): Promise<void> => {
      asking = true
      do {
        again = false
        put((old) => ({ ...old, state: 'loading' }))
        try {
          const value = await current.current(life.signal)
          put(() => ({ state: 'ready', value, error: null, code: null, at: Date.now() }))
        } catch (error) {
          put((old) => ({ ...old, state: 'failed', error: messageOf(error), code: codeOf(error) }))
        }
      } while (again && !life.signal.aborted)
      asking = false
    }
    ask.current = () => {
      if (asking) again = true
      else void run()
    }
    void run()
    return () => {
      life.abort()
      ask.current = () => {}
    }
  }, [key, enabled])
  const reload = useCallback(() => ask.current(), [])
  return { ...(held.key === key ? held.value : LOADING), reload }
}

/** Asks again for what failed once the line to the core is back. */
export function useReloadOnReturn(...failed: readonly { readonly state: Loadable<unknown>['state']; readonly reload: () => void }[]): void {
  const line = useLive((state) => state.connection.state)
  const current = useRef(failed)
  current.current = failed
  useEffect(() => {
    if (line !== 'live') return
    for (const { state, reload } of current.current) if (state === 'failed') reload()
  }, [line])
}

/**
 * Calls `act` a while after `trigger` changed, and while it keeps changing at least every `mostMs`.
 *
 * Not on mount. Milliseconds.
 */
export function useSettled(trigger: unknown, act: () => void, { quietMs, mostMs }: { quietMs: number; mostMs: number }): void {
  const first = useRef(true)
  const since = useRef(0)
  const current = useRef(act)
  current.current = act
  // biome-ignore lint/correctness/useExhaustiveDependencies: the trigger is what is waited for
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    if (since.current === 0) since.current = performance.now()
    const left = Math.max(0, Math.min(quietMs, since.current + mostMs - performance.now()))
    const timer = setTimeout(() => {
      since.current = 0
      current.current()
    }, left)
    return () => clearTimeout(timer)
  }, [trigger, quietMs, mostMs])
}
