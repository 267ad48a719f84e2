import { LANE_NAMES } from '../../../shared/models/index.ts'
import { Skeleton } from '../../components/index.ts'
import { useLive } from '../../stores/index.ts'
import './board.css'
import { LaneColumn } from './lane-column.tsx'
import { useBoardKeys } from './use-board-keys.ts'
import { Welcome } from './welcome.tsx'

/** All lanes side by side. */
export function Board() {
  const ready = useLive((s) => s.ready)
  const fresh = useLive((s) => s.ready && s.projects.size === 0 && s.runs.size === 0)
  useBoardKeys()
  return (
    <div className="board-area">
      <h1 className="sr-only">Board</h1>
      {fresh && <Welcome />}
      <div className="board">
        {LANE_NAMES.map((lane) => (ready ? <LaneColumn key={lane} name={lane} /> : <LoadingLane key={lane} name={lane} />))}
      </div>
    </div>
  )
}

const LoadingLane = ({ name }: { name: string }) => (
  <section className="lane" aria-label={`Lane ${name}`}>
    <header className="lane-head">
      <h2>{name}</h2>
    </header>
    <Skeleton rows={3} height={84} label={`Loading lane ${name}`} />
  </section>
)
