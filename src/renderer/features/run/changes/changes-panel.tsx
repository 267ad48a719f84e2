import type { CodeViewHandle } from '@pierre/diffs/react'
import { Columns2, FileDiff as FileDiffIcon, List, RefreshCw, Rows2, WrapText, X } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { RunDiff } from '../../../../shared/contract/index.ts'
import { EmptyState, ErrorState, IconButton, Skeleton } from '../../../components/index.ts'
import { plural } from '../../../format/index.ts'
import type { Loadable } from '../data/loadable.ts'
import './changes.css'
import { Counts } from './file-head.tsx'
import { FileList } from './file-list.tsx'
import { diffTotals } from './totals.ts'
import { useDark } from './use-dark.ts'

// Only when there is something to show: the viewer and its grammars are the largest part of the page.
const DiffViewer = lazy(() => import('./diff-viewer.tsx').then((module) => ({ default: module.DiffViewer })))

export interface ChangesPanelProps {
  readonly diff: Loadable<RunDiff>
  /** Why there is nothing to compare: the run has no worktree. Null when there is one. */
  readonly without: string | null
  /** The run works no more. */
  readonly ended: boolean
  readonly onReload: () => void
  /** Shuts the panel; left out where it is a tab. */
  readonly onClose?: () => void
  /** Side by side at first; a wide panel only. */
  readonly split?: boolean
  readonly onSplit?: (split: boolean) => void
}

/** What the run changed in its worktree, against where the worktree started from. */
export function ChangesPanel({ diff, without, ended, onReload, onClose, split = false, onSplit }: ChangesPanelProps) {
  const [list, setList] = useState(false)
  const [wrap, setWrap] = useState(false)
  const viewer = useRef<CodeViewHandle<undefined, undefined>>(null)
  const dark = useDark()
  const files = diff.value?.files ?? []
  const totals = diffTotals(files)
  const jump = (path: string) => {
    viewer.current?.scrollTo({ type: 'item', id: path, align: 'start' })
  }
  // A list that was open when the last file went must not come back by itself.
  useEffect(() => {
    if (files.length === 0) setList(false)
  }, [files.length])
  return (
    <section className="diff" aria-label="Changes">
      <div className="diff-bar">
        <span className="diff-sum">
          {diff.value === null ? 'Changes' : files.length === 0 ? 'No changes' : plural(totals.files, 'file')}
        </span>
        <Counts additions={totals.additions} deletions={totals.deletions} />
        {diff.value?.base && <span className="mono faint truncate">since {diff.value.base.slice(0, 7)}</span>}
        <span className="diff-tools">
          {files.length > 0 && (
            <>
              <IconButton size="s" label="List of files" icon={<List />} aria-pressed={list} onClick={() => setList(!list)} />
              <IconButton size="s" label="Wrap long lines" icon={<WrapText />} aria-pressed={wrap} onClick={() => setWrap(!wrap)} />
              <IconButton
                size="s"
                label={split ? 'One column' : 'Side by side'}
                icon={split ? <Rows2 /> : <Columns2 />}
                onClick={() => onSplit?.(!split)}
              />
            </>
          )}
          {without === null && (
            <IconButton
              size="s"
              label="Look again"
              icon={<RefreshCw className={diff.state === 'loading' ? 'spin' : undefined} />}
              onClick={onReload}
            />
          )}
          {onClose && <IconButton size="s" label="Hide the changes" icon={<X />} onClick={onClose} />}
        </span>
      </div>
      {list && <FileList files={files} onJump={jump} />}
      {diff.state === 'failed' && diff.value !== null && (
        <p className="diff-stale" role="status">
          Could not look again: {diff.error}
        </p>
      )}
      <div className="diff-body">
        {without !== null ? (
          <EmptyState compact icon={<FileDiffIcon />} title="Nothing to compare">
            {without}
          </EmptyState>
        ) : diff.value === null ? (
          diff.state === 'failed' ? (
            <ErrorState compact title="The changes could not be read" message={diff.error ?? ''} onRetry={onReload} />
          ) : (
            <div className="diff-loading">
              <Skeleton rows={6} height={20} label="Loading the changes" />
            </div>
          )
        ) : files.length === 0 ? (
          <EmptyState compact icon={<FileDiffIcon />} title={ended ? 'No changes' : 'No changes yet'}>
            {ended ? 'The run left every file as it was.' : 'Files that the run changes appear here as it works.'}
          </EmptyState>
        ) : (
          <Suspense fallback={<div className="diff-loading">{<Skeleton rows={6} height={20} label="Loading the viewer" />}</div>}>
            <DiffViewer files={files} split={split} wrap={wrap} dark={dark} viewer={viewer} />
          </Suspense>
        )}
      </div>
    </section>
  )
}
