import { Activity, History, SquareTerminal } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { Button, EmptyState, Skeleton, VirtualList } from '../../components/index.ts'
import { formatCount, plural } from '../../format/index.ts'
import { dismissOperation, openRunOp, useLive } from '../../stores/index.ts'
import { OperationRow } from './operation-row.tsx'
import './operations-page.css'

/** Everything that is going on in this process, and the last hundred things that ended. */
export function OperationsPage() {
  const ready = useLive((s) => s.ready)
  const { active, history, working } = useLive((s) => s.panels)
  const inbox = useLive((s) => s.inbox)
  const ordered = useMemo(() => needsFirst(active, new Set([...inbox.values()].map((item) => item.runId))), [active, inbox])
  const failed = active.length - working
  return (
    <div className="page">
      <div className="page-head">
        <h1>Operations</h1>
        <span className="faint num">{ready && `${formatCount(working)} at work, ${formatCount(failed)} failed`}</span>
        <span className="end">
          {failed > 1 && (
            <Button variant="quiet" onClick={dismissFailed}>
              Dismiss {plural(failed, 'failure')}
            </Button>
          )}
          <Button icon={<SquareTerminal />} shortcut="O" onClick={() => openRunOp()}>
            Run an operation
          </Button>
        </span>
      </div>
      <div className="operations">
        <Panel
          title="Active"
          ready={ready}
          ids={ordered}
          empty={
            <EmptyState icon={<Activity />} title="Nothing is going on">
              Runs, worktrees, updates and everything else at work shows here with its progress. What failed stays until you retry or
              dismiss it.
            </EmptyState>
          }
        />
        <Panel
          title="History"
          ready={ready}
          ids={history}
          empty={
            <EmptyState icon={<History />} title="No history yet">
              The last hundred operations that ended are listed here.
            </EmptyState>
          }
        />
      </div>
    </div>
  )
}

function Panel({ title, ready, ids, empty }: { title: string; ready: boolean; ids: readonly string[]; empty: ReactNode }) {
  return (
    <section className="sheet operations-panel" aria-label={title}>
      <h2>
        {title} <small className="num">{ids.length > 0 && formatCount(ids.length)}</small>
      </h2>
      {!ready ? (
        <div className="operations-loading">
          <Skeleton rows={5} height={48} label={`Loading ${title.toLowerCase()}`} />
        </div>
      ) : ids.length === 0 ? (
        empty
      ) : (
        <VirtualList
          label={title}
          items={ids}
          getKey={(id) => id}
          estimateSize={title === 'Active' ? 68 : 32}
          renderItem={(id) => <OperationRow id={id} wide />}
        />
      )}
    </section>
  )
}

/** What waits for a person stands on top, as on the board; everything else keeps its order. An operation of a run has the run's id. */
const needsFirst = (ids: readonly string[], asking: ReadonlySet<string>): readonly string[] =>
  asking.size === 0 ? ids : [...ids.filter((id) => asking.has(id)), ...ids.filter((id) => !asking.has(id))]

async function dismissFailed(): Promise<void> {
  const { operations, panels } = useLive.getState()
  for (const id of panels.active) if (operations.get(id)?.state === 'failed') await dismissOperation(id)
}
