import { create } from 'zustand'
import { toast } from './toasts.ts'

/** Keys of the actions that are on their way. */
const usePendingKeys = create<{ readonly keys: ReadonlySet<string> }>()(() => ({ keys: new Set() }))

/** Whether an action with this key is on its way; keys are like `runs.cancel:<runId>`. */
export const usePending = (key: string): boolean => usePendingKeys((s) => s.keys.has(key))

/** The sentence of an error, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error && error.message) || String(error)

/** The code of an error that came from the core (`CONFLICT`, `NOT_FOUND`, ...), or null. */
export const codeOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null

/**
 * Does something on a person's behalf: once at a time for each key, and a failure becomes a message on screen.
 *
 * @param title  what failed when it fails: `Could not cancel the run`
 * @returns the answer, or null when it failed or was already on its way. Never rejects.
 */
export async function perform<T>(key: string, title: string, act: () => Promise<T>): Promise<T | null> {
  if (usePendingKeys.getState().keys.has(key)) return null
  usePendingKeys.setState((s) => ({ keys: new Set(s.keys).add(key) }))
  try {
    return await act()
  } catch (error) {
    toast({ tone: 'fail', title, text: messageOf(error) })
    return null
  } finally {
    usePendingKeys.setState((s) => {
      const keys = new Set(s.keys)
      keys.delete(key)
      return { keys }
    })
  }
}
