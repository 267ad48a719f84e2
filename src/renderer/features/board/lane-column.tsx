import { type DragEvent, useMemo, useState } from 'react'
import type { LaneName } from '../../../shared/models/index.ts'
import { classes, VirtualList } from '../../components/index.ts'
import { runGroup } from '../../format/index.ts'
import { moveRun, useLive, useUi } from '../../stores/index.ts'
import { dragsRun, runOf } from './drag.ts'
import './lane-column.css'
import { type LaneEntry, laneEntries } from './lane-entries.ts'
import { LaneHead } from './lane-head.tsx'
import { RunCard } from './run-card.tsx'
import { useShownProject } from './use-shown-project.ts'

/** Usual heights in pixels, close enough that the scroll bar does not jump. */
const HEIGHT = { need: 98, running: 96, failed: 92, queued: 54, ended: 76 } as const

const heightOf = (entry: LaneEntry): number => {
  if (entry.kind === 'label') return 26
  const run = useLive.getState().runs.get(entry.id)
  return run ? HEIGHT[runGroup(run)] : HEIGHT.queued
}

/** One lane: its head, and its cards from what needs a person down to what ended. Waiting runs can be dropped on it. */
export function LaneColumn({ name }: { name: LaneName }) {
  const ids = useLive((s) => s.board.lanes[name])
  const projectId = useShownProject()
  const active = useUi((s) => s.runId)
  const [over, setOver] = useState(false)
  // The groups of a lane's runs change only together with its order, so the runs need not be watched here.
  const entries = useMemo(() => laneEntries(ids, useLive.getState().runs, projectId), [ids, projectId])

  const drop = (event: DragEvent) => {
    setOver(false)
    const runId = runOf(event)
    if (!runId) return
    event.preventDefault()
    if (useLive.getState().runs.get(runId)?.lane !== name) void moveRun(runId, { lane: name })
  }
  return (
    <section
      className={classes('lane', over && 'over')}
      aria-label={`Lane ${name}`}
      onDragOver={(event) => {
        if (!dragsRun(event)) return
        event.preventDefault()
        event.dataTransfer.dropEffect = 'move'
        if (!over) setOver(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
      }}
      onDrop={drop}
    >
      <LaneHead name={name} />
      {entries.length === 0 ? (
        <EmptyLane name={name} />
      ) : (
        <VirtualList
          className="lane-cards"
          label={`Runs in lane ${name}`}
          items={entries}
          getKey={(entry) => entry.id}
          estimateSize={heightOf}
          gap={8}
          activeKey={active}
          renderItem={(entry) =>
            entry.kind === 'label' ? <h3 className="lane-label num">{entry.text}</h3> : <RunCard id={entry.id} next={entry.next} />
          }
        />
      )}
    </section>
  )
}

function EmptyLane({ name }: { name: LaneName }) {
  const paused = useLive((s) => s.lanes.get(name)?.paused ?? false)
  return <p className="lane-empty">{paused ? 'Paused: nothing starts here' : 'Nothing here'}</p>
}
