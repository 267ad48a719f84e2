/** Reads a small choice of this browser or window. Null when there is none, or no storage. */
export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(`controlroom.${name}`)
  } catch {
    return null
  }
}

/** Keeps a small choice; null forgets it. Losing it costs nothing, so a full or forbidden storage is ignored. */
export function savePreference(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`controlroom.${name}`)
    else localStorage.setItem(`controlroom.${name}`, value)
  } catch {}
}
