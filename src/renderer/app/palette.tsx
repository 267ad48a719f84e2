import { Command } from 'cmdk'
import {
  Ban,
  CornerDownLeft,
  FolderGit2,
  ListPlus,
  Moon,
  Pause,
  Play,
  Plus,
  RotateCw,
  Skull,
  SquareTerminal,
  Sun,
  SunMoon,
} from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useLocation } from 'wouter'
import { Dialog, Kbd, StatusDot } from '../components/index.ts'
import { canKill, runGroup, runTone, runWord } from '../format/index.ts'
import {
  cancelRun,
  filterProject,
  killRun,
  openNewRun,
  openRunOp,
  retryRun,
  setHelpOpen,
  setPaletteOpen,
  updateLane,
  updateSettings,
  useLive,
  useOps,
  useUi,
} from '../stores/index.ts'
import './palette.css'
import { matchWords, useFoundRuns } from './palette-search.ts'
import { ALL_PLACES } from './routes.ts'

/** Everything by name: screens, runs, lanes, projects, theme. Built when it opens. */
export function Palette() {
  const open = useUi((s) => s.paletteOpen)
  return (
    <Dialog open={open} onOpenChange={setPaletteOpen} title="Search or run a command" width={600} bare className="palette-dialog">
      <PaletteBody />
    </Dialog>
  )
}

function PaletteBody() {
  const [query, setQuery] = useState('')
  const [, navigate] = useLocation()
  const selected = useLive((s) => s.runs.get(useUi.getState().runId ?? ''))
  const lanes = useLive((s) => s.lanes)
  const projects = useLive((s) => s.projects)
  const ops = useOps(true).data ?? []
  const found = useFoundRuns(query)
  return (
    <Command className="palette" label="Search or run a command" filter={matchWords} loop>
      <Command.Input autoFocus value={query} onValueChange={setQuery} placeholder="Search runs, or type a command" />
      <Command.List>
        <Command.Empty>Nothing by that name.</Command.Empty>
        {selected && (
          <Command.Group heading={selected.title}>
            <Item icon={<CornerDownLeft />} text="Open the run" onSelect={() => navigate(`/runs/${selected.id}`)} />
            {runGroup(selected) !== 'ended' && runGroup(selected) !== 'failed' && (
              <Item icon={<Ban />} text="Cancel the run" shortcut="C" onSelect={() => cancelRun(selected.id)} />
            )}
            {canKill(selected) && <Item icon={<Skull />} text="Kill the run" onSelect={() => killRun(selected.id)} />}
            {(selected.status === 'failed' || selected.status === 'cancelled') && (
              <Item icon={<RotateCw />} text="Retry the run" shortcut="R" onSelect={() => retryRun(selected.id)} />
            )}
          </Command.Group>
        )}
        <Command.Group heading="Do">
          <Item icon={<Plus />} text="New run" shortcut="N" onSelect={() => openNewRun()} />
          <Item icon={<SquareTerminal />} text="Run an operation…" shortcut="O" onSelect={() => openRunOp()} />
          {[...lanes.values()].map((lane) => (
            <Item
              key={lane.name}
              icon={lane.paused ? <Play /> : <Pause />}
              text={`${lane.paused ? 'Resume' : 'Pause'} lane ${lane.name}`}
              onSelect={() => updateLane(lane.name, { paused: !lane.paused })}
            />
          ))}
          <Item icon={<Sun />} text="Light theme" onSelect={() => updateSettings({ theme: 'light' })} />
          <Item icon={<Moon />} text="Dark theme" onSelect={() => updateSettings({ theme: 'dark' })} />
          <Item icon={<SunMoon />} text="Theme of the system" onSelect={() => updateSettings({ theme: 'system' })} />
          <Item text="Keys" shortcut="?" onSelect={() => setHelpOpen(true)} />
        </Command.Group>
        {ops.length > 0 && (
          <Command.Group heading="Run an operation">
            {ops.map((op) => (
              <Item
                key={op.name}
                id={op.name}
                icon={<ListPlus />}
                text={`${op.title}…`}
                note={op.name}
                onSelect={() => openRunOp({ op: op.name })}
              />
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Go to">
          {ALL_PLACES.map((place) => (
            <Item
              key={place.path}
              icon={<place.icon />}
              text={place.name}
              shortcut={`G ${place.key.toUpperCase()}`}
              onSelect={() => navigate(place.path)}
            />
          ))}
        </Command.Group>
        {found.length > 0 && (
          <Command.Group heading="Runs">
            {found.map((run) => (
              <Item
                key={run.id}
                id={run.id}
                icon={<StatusDot tone={runTone(run)} />}
                text={run.title}
                note={runWord(run)}
                onSelect={() => navigate(`/runs/${run.id}`)}
              />
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Show">
          <Item icon={<FolderGit2 />} text="All projects" onSelect={() => filterProject(null)} />
          {[...projects.values()].slice(0, 50).map((project) => (
            <Item
              key={project.id}
              id={project.id}
              icon={<FolderGit2 />}
              text={`Only ${project.name}`}
              onSelect={() => filterProject(project.id)}
            />
          ))}
        </Command.Group>
      </Command.List>
    </Command>
  )
}

interface ItemProps {
  readonly id?: string
  readonly text: string
  readonly icon?: ReactNode
  readonly note?: string
  readonly shortcut?: string
  readonly onSelect: () => unknown
}

/** Closes the palette first, so that what it opens can take the focus. */
const Item = ({ id, text, icon, note, shortcut, onSelect }: ItemProps) => (
  <Command.Item
    value={id ? `${text} ${id}` : text}
    onSelect={() => {
      setPaletteOpen(false)
      onSelect()
    }}
  >
    <span className="palette-icon">{icon}</span>
    <span className="truncate">{text}</span>
    {note && <small>{note}</small>}
    {shortcut && <Kbd>{shortcut}</Kbd>}
  </Command.Item>
)
