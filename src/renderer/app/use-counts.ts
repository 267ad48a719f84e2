import type { Counts } from '../stores/board-index.ts'
import { useLive, useUi } from '../stores/index.ts'

const NOTHING: Counts = { need: 0, running: 0, failed: 0, queued: 0, ended: 0 }

/** How many runs stand where, for the project that is shown. Without a filter the lanes know of queued runs that the mirror does not hold. */
export function useCounts(): Counts {
  const projectId = useUi((s) => s.projectId)
  const board = useLive((s) => s.board)
  const lanes = useLive((s) => s.lanes)
  const known = useLive((s) => projectId !== null && s.projects.has(projectId))
  if (known && projectId) return board.counts.get(projectId) ?? NOTHING
  let queued = 0
  for (const lane of lanes.values()) queued += lane.queued
  return queued > board.total.queued ? { ...board.total, queued } : board.total
}
