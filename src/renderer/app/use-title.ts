import { useEffect } from 'react'
import { useLive } from '../stores/index.ts'

/** The window's title counts what waits for a person, for those who look at the taskbar or the browser's tabs. */
export function useTitle(): void {
  const need = useLive((s) => s.board.total.need)
  useEffect(() => {
    document.title = need > 0 ? `(${need}) Control Room` : 'Control Room'
  }, [need])
}
