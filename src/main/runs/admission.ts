import type { Lane, LaneName } from '../../shared/models/index.ts'
import type { Limits } from './store-port.ts'

/** How many runs hold a place now, by lane and limit key. */
export interface LiveCount {
  readonly lane: LaneName
  readonly limitKey: string
  readonly count: number
}

/**
 * Says which lane and limit key have room, and counts what is taken meanwhile.
 *
 * It is valid inside the transaction that read its numbers and nowhere else.
 */
export interface Admission {
  /** Whether anything may start in the lane; false saves looking into its queue. */
  hasRoom(lane: LaneName): boolean
  /** Whether a run of this key may start in the lane. */
  admits(lane: LaneName, limitKey: string): boolean
  take(lane: LaneName, limitKey: string): void
}

/** The limits a run counts under: its project and its model provider. Fixed when the run is enqueued. */
export const limitKeyOf = (projectId: string | null, provider: string | null): string => `${projectId ?? ''}/${provider ?? ''}`

/** Takes a limit key apart. A project id has no slash, a provider may. */
const partsOf = (limitKey: string): { project: string; provider: string } => {
  const slash = limitKey.indexOf('/')
  return { project: limitKey.slice(0, slash), provider: limitKey.slice(slash + 1) }
}

/**
 * The one place that knows every limit: global, lane, project, model provider, and the pause switch of a lane.
 *
 * A run without a project or without a provider is not bound by that limit.
 */
export const admit = (limits: Limits, lanes: readonly Pick<Lane, 'name' | 'limit' | 'paused'>[], live: readonly LiveCount[]): Admission => {
  let total = 0
  const byLane = new Map<LaneName, number>()
  const byProject = new Map<string, number>()
  const byProvider = new Map<string, number>()

  const count = (lane: LaneName, limitKey: string, more: number): void => {
    const { project, provider } = partsOf(limitKey)
    total += more
    byLane.set(lane, (byLane.get(lane) ?? 0) + more)
    byProject.set(project, (byProject.get(project) ?? 0) + more)
    byProvider.set(provider, (byProvider.get(provider) ?? 0) + more)
  }
  for (const entry of live) count(entry.lane, entry.limitKey, entry.count)

  const laneLimit = new Map(lanes.map((lane) => [lane.name, lane.paused ? 0 : lane.limit]))
  const hasRoom = (lane: LaneName): boolean => total < limits.global && (byLane.get(lane) ?? 0) < (laneLimit.get(lane) ?? 0)

  return {
    hasRoom,
    admits: (lane, limitKey) => {
      const { project, provider } = partsOf(limitKey)
      if (!hasRoom(lane)) return false
      if (project !== '' && (byProject.get(project) ?? 0) >= (limits.projects[project] ?? limits.project)) return false
      return provider === '' || (byProvider.get(provider) ?? 0) < limits.provider
    },
    take: (lane, limitKey) => count(lane, limitKey, 1),
  }
}
