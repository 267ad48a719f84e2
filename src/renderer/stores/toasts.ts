import { create } from 'zustand'
import type { ToastItem } from '../components/toast.tsx'

const SHOWN_MS = 5_000
const MOST = 4
let nextId = 1

export const useToasts = create<{ readonly items: readonly ToastItem[] }>()(() => ({ items: [] }))

/** Takes a message away. */
export const dismissToast = (id: number): void => useToasts.setState((s) => ({ items: s.items.filter((item) => item.id !== id) }))

/** Shows a message: good news for five seconds, bad news until it is closed. Four at most; one that is already shown is not shown twice. */
export function toast(item: Omit<ToastItem, 'id'>): void {
  const id = nextId++
  useToasts.setState((s) => ({
    items: [...s.items.filter((other) => other.title !== item.title || other.text !== item.text), { ...item, id }].slice(-MOST),
  }))
  if (item.tone === 'ok') setTimeout(() => dismissToast(id), SHOWN_MS)
}
