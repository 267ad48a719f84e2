import { useMemo } from 'react'
import { useLive } from '../stores/index.ts'

/** How many runs a search shows. */
const MOST_RUNS = 8

/** Every word must be in it; what begins with them stands higher. The palette's own ranking also takes letters that are far apart. */
export const matchWords = (value: string, query: string): number => {
  const text = value.toLowerCase()
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (!words.every((word) => text.includes(word))) return 0
  return text.startsWith(words.join(' ')) ? 1 : 0.5
}

/** Runs whose title has the words, picked here: the palette's own ranking would score every run at every key. */
export function useFoundRuns(query: string) {
  const runs = useLive((s) => s.runs)
  return useMemo(() => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean)
    if (words.length === 0) return []
    const found = []
    for (const run of runs.values()) {
      const title = run.title.toLowerCase()
      if (words.every((word) => title.includes(word))) found.push(run)
      if (found.length === MOST_RUNS) break
    }
    return found
  }, [runs, query])
}
