import { Pause, Play } from 'lucide-react'
import type { LaneName } from '../../../shared/models/index.ts'
import { IconButton, RelativeTime, Tag } from '../../components/index.ts'
import { formatCount } from '../../format/index.ts'
import { updateLane, useLive, usePending } from '../../stores/index.ts'
import { LaneLimit } from './lane-limit.tsx'
import './lane-head.css'

/** Above this many places the meter is one bar. */
const MOST_SEGMENTS = 12

/** Name, depth and cap of a lane, with its pause switch. */
export function LaneHead({ name }: { name: LaneName }) {
  const lane = useLive((s) => s.lanes.get(name))
  const busy = usePending(`lanes.update:${name}`)
  if (!lane) return <header className="lane-head" />
  const verb = lane.paused ? 'Resume' : 'Pause'
  return (
    <header className="lane-head">
      <div className="lane-line">
        <h2>{name}</h2>
        {lane.paused && <Tag>paused</Tag>}
        {lane.queued > 0 && (
          <small className="num truncate">
            {formatCount(lane.queued)} queued
            {lane.oldestQueuedAt !== null && !lane.paused && (
              <span className="lane-oldest">
                , since <RelativeTime at={lane.oldestQueuedAt} />
              </span>
            )}
          </small>
        )}
        <span className="lane-cap">
          <LaneLimit name={name} running={lane.running} limit={lane.limit} />
          <IconButton
            size="s"
            label={`${verb} lane ${name}`}
            icon={lane.paused ? <Play /> : <Pause />}
            busy={busy}
            onClick={() => updateLane(name, { paused: !lane.paused })}
          />
        </span>
      </div>
      <Meter running={lane.running} limit={lane.limit} paused={lane.paused} />
    </header>
  )
}

/** Places taken, one segment for each; over the limit when it was lowered while they ran. */
function Meter({ running, limit, paused }: { running: number; limit: number; paused: boolean }) {
  const places = Math.max(limit, running)
  const taken = (index: number) => (index >= running ? '' : index >= limit ? 'over' : paused ? 'off' : 'on')
  if (places > MOST_SEGMENTS)
    return (
      <div className="meter" aria-hidden="true">
        <i className={paused ? 'off' : 'on'} style={{ flexGrow: Math.min(running, limit) }} />
        <i className="over" style={{ flexGrow: Math.max(0, running - limit) }} />
        <i style={{ flexGrow: Math.max(0, limit - running) }} />
      </div>
    )
  return (
    <div className="meter" aria-hidden="true">
      {Array.from({ length: Math.max(1, places) }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a place has nothing but its number
        <i key={index} className={taken(index)} />
      ))}
    </div>
  )
}
