import { useEffect, useRef } from 'react'

/** Keys, in lower case, to what they do. `g b` is g, then b within a second; `mod+k` is Ctrl or Cmd with k, and works while typing. */
export type Hotkeys = Readonly<Record<string, (event: KeyboardEvent) => void>>

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select, [role="textbox"]'))

/** True while a dialog or a menu has the keyboard. */
const isCovered = (): boolean => document.querySelector('[role="dialog"], [role="menu"]') !== null

let prefix: { key: string; at: number } | null = null
const names = new WeakMap<KeyboardEvent, string>()

/** Turns an event into the words above. Worked out once for each event, since several listeners see the same one and `g` is remembered. */
function nameOf(event: KeyboardEvent): string {
  const known = names.get(event)
  if (known) return known
  const key = event.key.toLowerCase()
  const modified = event.ctrlKey || event.metaKey
  const before = prefix && event.timeStamp - prefix.at < 1_000 ? prefix.key : null
  const name = modified ? `mod+${key}` : before ? `${before} ${key}` : key
  prefix = name === 'g' ? { key, at: event.timeStamp } : null
  names.set(event, name)
  return name
}

/**
 * Listens for keys on the whole page while mounted.
 *
 * Silent while someone types, while a dialog or menu is open (but for `mod+` keys), and when a component already handled the key.
 */
export function useHotkeys(keys: Hotkeys, enabled = true): void {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    if (!enabled) return
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.isComposing) return
      const modified = event.ctrlKey || event.metaKey
      if (!modified && (isTyping(event.target) || isCovered())) return
      const act = current.current[nameOf(event)]
      if (!act) return
      event.preventDefault()
      act(event)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [enabled])
}
