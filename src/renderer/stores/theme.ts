import type { Settings } from '../../shared/models/index.ts'
import { useLive } from './live.ts'
import { readPreference, savePreference } from './preferences.ts'

/**
 * Puts the theme of the settings on the page, and follows the system where they say so.
 *
 * The last theme is remembered here too, so that a window does not open bright and turn dark once the settings arrive.
 *
 * @returns a function that stops following
 */
export function followTheme(): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  let theme = readPreference('theme') ?? 'system'
  const show = () => {
    document.documentElement.classList.toggle('dark', theme === 'dark' || (theme !== 'light' && system.matches))
  }
  const take = (next: Settings['theme'] | undefined) => {
    if (!next || next === theme) return
    theme = next
    savePreference('theme', next)
    show()
  }
  show()
  system.addEventListener('change', show)
  const stop = useLive.subscribe((state) => take(state.settings.get('settings')?.theme))
  return () => {
    stop()
    system.removeEventListener('change', show)
  }
}
