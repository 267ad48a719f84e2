import { useSyncExternalStore } from 'react'

const subscribe = (listener: () => void): (() => void) => {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['class'] })
  return () => observer.disconnect()
}

/** Whether the page is dark right now: for parts that cannot take their colours from the tokens alone. */
export const useDark = (): boolean => useSyncExternalStore(subscribe, () => document.documentElement.classList.contains('dark'))
