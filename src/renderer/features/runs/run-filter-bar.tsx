import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { LANE_NAMES, type LaneName, RunStatus } from '../../../shared/models/index.ts'
import { Button, Input, Select } from '../../components/index.ts'
import { statusWord } from '../../format/index.ts'
import { NO_FILTERS, type RunFilters, useRunFilters } from '../../stores/run-filters.ts'
import './run-filter-bar.css'

/** How long after the last key the list is asked, in milliseconds. */
const TYPING_MS = 250

const SINCE: readonly { value: RunFilters['since']; label: string }[] = [
  { value: 'any', label: 'Any time' },
  { value: 'today', label: 'Today' },
  { value: 'week', label: 'Last 7 days' },
  { value: 'month', label: 'Last 30 days' },
  { value: 'dates', label: 'Between dates' },
]

/** What the list is narrowed to, in one row. */
export function RunFilterBar() {
  const filters = useRunFilters()
  const narrowed = filters.text || filters.status || filters.lane || filters.since !== 'any'
  const set = (change: Partial<RunFilters>) => useRunFilters.setState(change)
  return (
    <search className="run-filters" aria-label="Filter runs">
      <TitleFilter key={filters.text === '' ? 'empty' : 'set'} />
      <Select
        aria-label="Status"
        value={filters.status}
        options={[{ value: '', label: 'Any status' }, ...RunStatus.options.map((status) => ({ value: status, label: statusWord(status) }))]}
        onChange={(status) => set({ status: status as RunStatus | '' })}
      />
      <Select
        aria-label="Lane"
        value={filters.lane}
        options={[{ value: '', label: 'All lanes' }, ...LANE_NAMES.map((lane) => ({ value: lane, label: `Lane ${lane}` }))]}
        onChange={(lane) => set({ lane: lane as LaneName | '' })}
      />
      <Select aria-label="Time" value={filters.since} options={SINCE} onChange={(since) => set({ since })} />
      {filters.since === 'dates' && (
        <>
          <Input type="date" aria-label="From" value={filters.from} onChange={(event) => set({ from: event.currentTarget.value })} />
          <Input type="date" aria-label="To" value={filters.to} onChange={(event) => set({ to: event.currentTarget.value })} />
        </>
      )}
      {narrowed && (
        <Button variant="quiet" onClick={() => set(NO_FILTERS)}>
          Clear
        </Button>
      )}
    </search>
  )
}

function TitleFilter() {
  const [text, setText] = useState(useRunFilters.getState().text)
  useEffect(() => {
    const timer = setTimeout(() => useRunFilters.setState({ text }), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <span className="run-filter-text">
      <Search aria-hidden="true" />
      <Input type="search" aria-label="Title" placeholder="Title" value={text} onChange={(event) => setText(event.currentTarget.value)} />
    </span>
  )
}
