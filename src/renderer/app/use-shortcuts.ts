import { useLocation } from 'wouter'
import { type Hotkeys, useHotkeys } from '../components/index.ts'
import { openNewRun, openRunOp, setHelpOpen, setPaletteOpen, useUi } from '../stores/index.ts'
import { ALL_PLACES } from './routes.ts'

/** The keys that work on every screen. */
export function useShortcuts(): void {
  const [, navigate] = useLocation()
  const keys: Record<string, Hotkeys[string]> = {
    n: () => openNewRun(),
    o: () => openRunOp(),
    '?': () => setHelpOpen(true),
    'mod+k': () => setPaletteOpen(!useUi.getState().paletteOpen),
    '/': () => setPaletteOpen(true),
  }
  for (const place of ALL_PLACES) keys[`g ${place.key}`] = () => navigate(place.path)
  useHotkeys(keys)
}
