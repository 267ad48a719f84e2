import { useCallback, useState } from 'react'
import { readPreference, savePreference } from '../../../stores/preferences.ts'
import type { RunLayout } from '../run-view.tsx'

const USUAL: RunLayout = { share: 0.52, changesOpen: true, splitDiff: false }

/** Reads what was kept; whatever does not look like it falls back to the usual. */
export const parseLayout = (text: string | null): RunLayout => {
  let kept: Record<string, unknown> = {}
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value === 'object' && value !== null) kept = value as Record<string, unknown>
  } catch {}
  const { share, changesOpen, splitDiff } = kept
  return {
    share: typeof share === 'number' && share > 0.1 && share < 0.9 ? share : USUAL.share,
    changesOpen: typeof changesOpen === 'boolean' ? changesOpen : USUAL.changesOpen,
    splitDiff: typeof splitDiff === 'boolean' ? splitDiff : USUAL.splitDiff,
  }
}

/** How someone likes the page of a run, kept for the next one. */
export function useLayout(): readonly [RunLayout, (change: Partial<RunLayout>) => void] {
  const [layout, setLayout] = useState(() => parseLayout(readPreference('run')))
  const change = useCallback((part: Partial<RunLayout>) => {
    setLayout((old) => {
      const next = { ...old, ...part }
      savePreference('run', JSON.stringify(next))
      return next
    })
  }, [])
  return [layout, change]
}
