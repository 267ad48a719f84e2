import type { Lane, LaneName } from '../../../shared/models/index.ts'
import type { Connection } from './connection.ts'
import { encode } from './encode.ts'
import type { WriteContext } from './write-context.ts'

type RawLane = Omit<Lane, 'paused'> & { paused: number }

const SELECT = `SELECT name, "limit", paused, queued, running,
  (SELECT min(queued_at) FROM runs WHERE status = 'queued' AND lane = lanes.name) AS oldestQueuedAt FROM lanes`

const toLane = (raw: RawLane): Lane => ({ ...raw, paused: raw.paused === 1 })

export const readLane = (db: Connection, name: LaneName): Lane => toLane(db.one<RawLane>(`${SELECT} WHERE name = ?`, name)!)

/** All lanes, A first. */
export const readLanes = (db: Connection): Lane[] => db.all<RawLane>(`${SELECT} ORDER BY name`).map(toLane)

/** Changes the limit or the pause switch. Runs that already hold a place keep it. */
export const updateLane = (context: WriteContext, name: LaneName, patch: { limit?: number; paused?: boolean }): Lane => {
  context.db.run(
    'UPDATE lanes SET "limit" = coalesce(?, "limit"), paused = coalesce(?, paused) WHERE name = ?',
    encode(patch.limit),
    encode(patch.paused),
    name,
  )
  context.noteLane(name)
  return readLane(context.db, name)
}
