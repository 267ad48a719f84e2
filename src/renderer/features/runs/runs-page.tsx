import { ListChecks } from 'lucide-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { Button, EmptyState, ErrorState, Skeleton, VirtualList } from '../../components/index.ts'
import { formatCount } from '../../format/index.ts'
import { openNewRun, useLive, useUi } from '../../stores/index.ts'
import { filterSpan, NO_FILTERS, type RunFilters, useRunFilters } from '../../stores/run-filters.ts'
import { BulkBar } from './bulk-bar.tsx'
import { RunFilterBar } from './run-filter-bar.tsx'
import { RunRow } from './run-row.tsx'
import './runs-page.css'
import { type ListQuery, useRunPages } from './use-run-pages.ts'

/** All runs there ever were, newest first, with filters and actions on many at once. */
export function RunsPage() {
  const filters = useRunFilters()
  const project = useUi((s) => s.projectId)
  const projectId = useLive((s) => (project && s.projects.has(project) ? project : null))
  const query = useMemo(() => toQuery(filters, projectId), [filters, projectId])
  const pages = useRunPages(query)
  const { chosen, choose, chooseAll, clear } = useChoice(pages.runs.map((run) => run.id))
  const all = chosen.size > 0 && chosen.size === pages.runs.length
  return (
    <div className="page">
      <div className="page-head">
        <h1>Runs</h1>
        <RunFilterBar />
        <span className="end faint num" role="status">
          {pages.state === 'ready' && `${formatCount(pages.runs.length)}${pages.more ? '+' : ''} shown`}
        </span>
      </div>
      {pages.error && pages.state === 'ready' && (
        <p className="runs-stale">
          The list could not be brought up to date: {pages.error}{' '}
          <Button size="s" onClick={pages.reload}>
            Try again
          </Button>
        </p>
      )}
      <section className="sheet runs-table" aria-label="Runs">
        <div className="run-row head">
          <label className="run-check">
            <input
              type="checkbox"
              aria-label="Choose all that are shown"
              checked={all}
              ref={(box) => {
                if (box) box.indeterminate = chosen.size > 0 && !all
              }}
              onChange={() => (all ? clear() : chooseAll())}
            />
          </label>
          <span />
          <span>Title</span>
          <span className="run-state">State</span>
          <span className="run-project">Project</span>
          <span className="run-op">Kind</span>
          <span className="run-lane">Lane</span>
          <span className="run-tries">Tries</span>
          <span className="run-time">Time</span>
          <span className="run-cost">Cost</span>
          <span className="run-when">Queued</span>
        </div>
        <Rows pages={pages} chosen={chosen} choose={choose} filtered={query} />
      </section>
      {chosen.size > 0 && <BulkBar ids={chosen} listed={pages.runs} onClear={clear} />}
    </div>
  )
}

interface RowsProps {
  readonly pages: ReturnType<typeof useRunPages>
  readonly chosen: ReadonlySet<string>
  readonly choose: (id: string, range: boolean) => void
  readonly filtered: ListQuery
}

function Rows({ pages, chosen, choose, filtered }: RowsProps) {
  if (pages.state === 'loading')
    return (
      <div className="runs-loading">
        <Skeleton rows={10} height={26} label="Loading the runs" />
      </div>
    )
  if (pages.state === 'failed')
    return <ErrorState title="The runs could not be listed" message={pages.error ?? ''} onRetry={pages.reload} />
  if (pages.runs.length === 0)
    return Object.keys(filtered).length > 0 ? (
      <EmptyState
        icon={<ListChecks />}
        title="No run matches"
        actions={<Button onClick={() => useRunFilters.setState(NO_FILTERS)}>Clear the filters</Button>}
      >
        Try another word or a longer span of time. The project chosen above counts too.
      </EmptyState>
    ) : (
      <EmptyState
        icon={<ListChecks />}
        title="No runs yet"
        actions={
          <Button variant="primary" onClick={() => openNewRun()}>
            New run
          </Button>
        }
      >
        Every run is kept here with its conversation, its log and its changes.
      </EmptyState>
    )
  return (
    <VirtualList
      label="Runs"
      items={pages.runs}
      getKey={(run) => run.id}
      estimateSize={33}
      threshold={40}
      onEndReached={pages.more ? pages.loadMore : undefined}
      renderItem={(run) => <RunRow listed={run} chosen={chosen.has(run.id)} onChoose={choose} />}
      footer={
        pages.more && (
          <div className="runs-more">
            <Button variant="quiet" onClick={pages.loadMore}>
              Show more
            </Button>
          </div>
        )
      }
    />
  )
}

/** Chosen rows; Shift chooses everything between. */
function useChoice(ids: readonly string[]) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const last = useRef<string | null>(null)
  const shown = useRef(ids)
  shown.current = ids
  const choose = useCallback((id: string, range: boolean) => {
    const from = last.current === null ? -1 : shown.current.indexOf(last.current)
    const to = shown.current.indexOf(id)
    last.current = id
    setChosen((old) => {
      const next = new Set(old)
      if (range && from >= 0 && to >= 0) for (const one of shown.current.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(one)
      else if (!next.delete(id)) next.add(id)
      return next
    })
  }, [])
  return { chosen, choose, chooseAll: () => setChosen(new Set(ids)), clear: () => setChosen(new Set()) }
}

function toQuery(filters: RunFilters, projectId: string | null): ListQuery {
  return {
    ...(filters.status ? { status: filters.status } : {}),
    ...(filters.lane ? { lane: filters.lane } : {}),
    ...(filters.text.trim() ? { q: filters.text.trim() } : {}),
    ...(projectId ? { projectId } : {}),
    ...filterSpan(filters, Date.now()),
  }
}
