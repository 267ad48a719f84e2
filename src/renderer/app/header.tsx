import { Search } from 'lucide-react'
import { Link } from 'wouter'
import { Button, Kbd, Select, StatusDot, type Tone } from '../components/index.ts'
import { formatCount } from '../format/index.ts'
import { filterProject, openNewRun, setPaletteOpen, useLive, useUi } from '../stores/index.ts'
import './header.css'
import { useCounts } from './use-counts.ts'

const MOD = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl '

/** The bar on top: whose runs, how many in which state, the palette, and New run. */
export function Header() {
  const counts = useCounts()
  return (
    <header className="header">
      <Link href="/board" className="brand" aria-label="Control Room">
        <Mark />
        <span>Control Room</span>
      </Link>
      <ProjectFilter />
      <div className="stats" role="status" aria-label="Runs by state">
        <Stat tone="run" count={counts.running} word="running" />
        <Link href="/inbox" className="stat-link" aria-label={`${counts.need} need you: open the inbox`}>
          <Stat tone="need" count={counts.need} word="need you" />
        </Link>
        <Stat tone="idle" count={counts.queued} word="queued" />
        <Stat tone="fail" count={counts.failed} word="failed" />
      </div>
      <div className="header-end">
        <Button
          variant="quiet"
          className="header-search"
          icon={<Search />}
          onClick={() => setPaletteOpen(true)}
          aria-label="Search or run a command"
        >
          <span>Search or run a command</span>
          <Kbd>{MOD}K</Kbd>
        </Button>
        <Button variant="primary" shortcut="N" onClick={() => openNewRun()}>
          New run
        </Button>
      </div>
    </header>
  )
}

/** Four lanes, one of them ahead. */
const Mark = () => (
  <svg className="brand-mark" viewBox="0 0 16 16" aria-hidden="true">
    <rect x="1" y="2" width="2.6" height="12" rx="1.3" />
    <rect x="4.8" y="2" width="2.6" height="8" rx="1.3" opacity=".8" />
    <rect x="8.6" y="2" width="2.6" height="5" rx="1.3" opacity=".6" />
    <rect x="12.4" y="2" width="2.6" height="3" rx="1.3" opacity=".45" />
  </svg>
)

/** One number. It lights up only when there is something to count. */
const Stat = ({ tone, count, word }: { tone: Tone; count: number; word: string }) => (
  <span className={count > 0 ? 'stat' : 'stat none'}>
    <StatusDot tone={count > 0 ? tone : 'idle'} />
    <b className="num">{formatCount(count)}</b> <span>{word}</span>
  </span>
)

function ProjectFilter() {
  const projects = useLive((s) => s.projects)
  const projectId = useUi((s) => s.projectId)
  const rows = [...projects.values()].sort((a, b) => a.name.localeCompare(b.name))
  return (
    <Select
      aria-label="Project"
      className="header-project"
      value={projectId && projects.has(projectId) ? projectId : ''}
      options={[{ value: '', label: 'All projects' }, ...rows.map((project) => ({ value: project.id, label: project.name }))]}
      onChange={(value) => filterProject(value || null)}
    />
  )
}
