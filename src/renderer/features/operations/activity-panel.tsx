import { PanelRightClose, PanelRightOpen } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { IconButton, Skeleton, VirtualList } from '../../components/index.ts'
import { formatCount } from '../../format/index.ts'
import { setActivityOpen, useLive, useUi } from '../../stores/index.ts'
import './activity-panel.css'
import { OperationRow } from './operation-row.tsx'

/** Below this width four lanes do not fit beside the panel: it lies over the board instead, and starts folded. */
const NARROW = '(max-width: 1250px)'

type Entry =
  | { kind: 'head'; id: string; title: string; note: string }
  | { kind: 'none'; id: string; text: string }
  | { kind: 'op'; id: string }

/** What is going on and what went on, beside the board. Folds away. */
export function ActivityPanel() {
  const wanted = useUi((s) => s.activityOpen)
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches)
  const [peek, setPeek] = useState(false)
  useEffect(() => {
    const query = matchMedia(NARROW)
    const look = () => {
      setNarrow(query.matches)
      setPeek(false)
    }
    query.addEventListener('change', look)
    return () => query.removeEventListener('change', look)
  }, [])
  const open = narrow ? peek : wanted
  const toggle = () => (narrow ? setPeek(!peek) : setActivityOpen(!wanted))
  return (
    <aside className={open ? (narrow ? 'activity over' : 'activity') : 'activity folded'} aria-label="Activity">
      <IconButton
        size="s"
        className="activity-fold"
        label={open ? 'Fold the activity panel' : 'Show the activity panel'}
        icon={open ? <PanelRightClose /> : <PanelRightOpen />}
        aria-expanded={open}
        onClick={toggle}
      />
      {open ? <Lists /> : <Folded />}
    </aside>
  )
}

/** While folded: how much is going on, in one number. */
function Folded() {
  const working = useLive((s) => s.panels.working)
  const failed = useLive((s) => s.panels.active.length - s.panels.working)
  return (
    <>
      {working > 0 && (
        <span className="activity-count run num" title={`${working} at work`}>
          {formatCount(working)}
        </span>
      )}
      {failed > 0 && (
        <span className="activity-count fail num" title={`${failed} failed`}>
          {formatCount(failed)}
        </span>
      )}
    </>
  )
}

function Lists() {
  const ready = useLive((s) => s.ready)
  const { active, history } = useLive((s) => s.panels)
  const entries = useMemo<Entry[]>(
    () => [
      { kind: 'head', id: 'head-active', title: 'Active', note: active.length > 0 ? formatCount(active.length) : '' },
      ...(active.length > 0 ? active.map(toEntry) : [{ kind: 'none', id: 'none-active', text: 'Nothing is going on.' } as const]),
      { kind: 'head', id: 'head-history', title: 'History', note: history.length >= 100 ? '100 kept' : '' },
      ...(history.length > 0 ? history.map(toEntry) : [{ kind: 'none', id: 'none-history', text: 'What ended is listed here.' } as const]),
    ],
    [active, history],
  )
  if (!ready)
    return (
      <div className="activity-loading">
        <Skeleton rows={5} height={44} label="Loading the activity" />
      </div>
    )
  return (
    <VirtualList
      label="Activity"
      items={entries}
      getKey={(entry) => entry.id}
      estimateSize={(entry) => (entry.kind === 'op' ? 60 : 36)}
      renderItem={(entry) => {
        if (entry.kind === 'op') return <OperationRow id={entry.id} />
        if (entry.kind === 'none') return <p className="activity-none">{entry.text}</p>
        return (
          <h2 className="activity-head">
            {entry.title}
            <small className="num">{entry.note}</small>
          </h2>
        )
      }}
    />
  )
}

const toEntry = (id: string): Entry => ({ kind: 'op', id })
