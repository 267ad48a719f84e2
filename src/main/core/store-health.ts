import type { Clock } from '../platform/index.ts'

/** How long after its last fault a store counts as well again, in milliseconds: whoever could not write tries again each second. */
const WELL_AFTER_MS = 5_000

/**
 * Keeps an eye on the calls of a store.
 *
 * @param onTrouble called with a sentence when the store could not be reached, written or read, and with null once that has not happened for a while
 * @returns the store to use, and `stop`
 */
export function watchStore<S extends object>(
  store: S,
  { clock, onTrouble }: { clock: Clock; onTrouble: (sentence: string | null) => void },
): { store: S; stop: () => void } {
  let trouble: string | null = null
  let cancelWell = (): void => {}

  const note = (error: unknown): void => {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'STORE_UNAVAILABLE') return
    cancelWell()
    cancelWell = clock.after(WELL_AFTER_MS, () => tell(null))
    tell(error.message)
  }
  const tell = (sentence: string | null): void => {
    if (trouble === sentence) return
    trouble = sentence
    onTrouble(sentence)
  }
  const watched = (method: unknown): unknown => {
    if (typeof method !== 'function') return method
    return (...args: unknown[]): unknown => {
      const answer: unknown = method(...args)
      if (answer instanceof Promise) answer.catch(note)
      return answer
    }
  }
  return {
    store: Object.fromEntries(Object.entries(store).map(([name, method]) => [name, watched(method)])) as S,
    stop: () => cancelWell(),
  }
}
