import { CodeView, type CodeViewHandle, WorkerPoolContextProvider } from '@pierre/diffs/react'
import DiffWorker from '@pierre/diffs/worker/worker-portable.js?worker'
import { type Ref, useCallback, useMemo, useState } from 'react'
import type { FileDiff } from '../../../../shared/models/index.ts'
import { createDiffEntries } from './diff-items.ts'
import { FileHead } from './file-head.tsx'
import { isLargeChange } from './totals.ts'

/** The viewer's own row heights, in pixels: they let it place files that it has not drawn. */
const METRICS = { lineHeight: 20, diffHeaderHeight: 34 }
const LAYOUT = { paddingTop: 0, paddingBottom: 24, gap: 0 }

const THEMES = { light: 'pierre-light', dark: 'pierre-dark' }

/**
 * Colouring happens beside the page's thread: one long file takes a second. Short ones are done at once, which is faster than asking.
 * Where no worker can be started the viewer does all of it by itself, only slower.
 */
const POOL = {
  workerFactory: () => new DiffWorker(),
  poolSize: 2,
  mainThreadMaxCharacters: 2_000,
  onWorkerError: (event: Event) => event.preventDefault(),
}
const HIGHLIGHTER = { theme: THEMES, lineDiffType: 'word' as const, preferredHighlighter: 'shiki-js' as const }

/** Changed lines in the page's own soft green and red, as everywhere else. */
const LINES = `
  [data-line-type=change-addition] { --diffs-computed-diff-line-bg: var(--ok-soft) !important }
  [data-line-type=change-deletion] { --diffs-computed-diff-line-bg: var(--fail-soft) !important }
`

export interface DiffViewerProps {
  readonly files: readonly FileDiff[]
  readonly split: boolean
  readonly dark: boolean
  readonly wrap: boolean
  readonly viewer: Ref<CodeViewHandle<undefined, undefined>>
}

/**
 * The changes of many files in one scroll. Files and lines are drawn as far as they are seen; very long changes are folded at first.
 *
 * Colours come from a JavaScript engine, no WebAssembly, in workers of this origin: the page's policy stays `script-src 'self'`.
 */
export function DiffViewer({ files, split, dark, wrap, viewer }: DiffViewerProps) {
  const [toEntries] = useState(createDiffEntries)
  const [folded, setFolded] = useState<ReadonlyMap<string, boolean>>(new Map())
  const isFolded = useCallback((file: FileDiff) => folded.get(file.path) ?? isLargeChange(file), [folded])
  const entries = useMemo(() => toEntries(files, isFolded), [toEntries, files, isFolded])
  const items = useMemo(() => entries.map((entry) => entry.item), [entries])
  const byPath = useMemo(() => new Map(entries.map((entry) => [entry.item.id, entry])), [entries])
  const options = useMemo(
    () => ({
      theme: THEMES,
      themeType: dark ? ('dark' as const) : ('light' as const),
      diffStyle: split ? ('split' as const) : ('unified' as const),
      overflow: wrap ? ('wrap' as const) : ('scroll' as const),
      diffIndicators: 'bars' as const,
      hunkSeparators: 'line-info-basic' as const,
      lineDiffType: 'word' as const,
      preferredHighlighter: 'shiki-js' as const,
      stickyHeaders: true,
      unsafeCSS: LINES,
      itemMetrics: METRICS,
      layout: LAYOUT,
    }),
    [dark, split, wrap],
  )
  return (
    <WorkerPoolContextProvider poolOptions={POOL} highlighterOptions={HIGHLIGHTER}>
      <CodeView
        ref={viewer}
        className="diff-view"
        items={items}
        options={options}
        renderCustomHeader={(item) => {
          const entry = byPath.get(item.id)
          if (entry === undefined) return null
          const collapsed = entry.item.collapsed ?? false
          return (
            <FileHead
              file={entry.file}
              hidden={entry.hidden}
              collapsed={collapsed}
              onToggle={() => setFolded((all) => new Map(all).set(entry.file.path, !collapsed))}
            />
          )
        }}
      />
    </WorkerPoolContextProvider>
  )
}
