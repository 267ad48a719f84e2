import { useMemo } from 'react'
import type { Run, RunSummary } from '../../../../shared/models/index.ts'
import { getClient, useLive } from '../../../stores/index.ts'
import { type Loadable, useLoaded, useSettled } from './loadable.ts'
import type { QueuePlace } from './words.ts'

/** What of a run's live row means that its steps may have changed too. */
const stepMark = (row: RunSummary | undefined): string =>
  row === undefined
    ? ''
    : `${row.status} ${row.attempt} ${row.attention} ${row.timeoutStatus} ${row.timeoutAt} ${row.endedAt} ${row.progress >= 0 ? Math.floor(row.progress * 100) : -1}`

/**
 * A whole run: its steps as last read, and over them what the live view says of it right now.
 *
 * Read again, soon after, when its live row tells of another status, attempt or progress. An older run, which the live view does not have, stays
 * as it was read until `reload`.
 */
export function useRun(runId: string): Loadable<Run> & { reload: () => void } {
  const row = useLive((state) => state.runs.get(runId))
  const loaded = useLoaded(`run ${runId}`, (signal) => getClient().runs.get({ id: runId }, { signal }))
  useSettled(stepMark(row), loaded.reload, { quietMs: 150, mostMs: 1_000 })
  const value = useMemo(() => {
    if (loaded.value === null) return null
    return row === undefined ? loaded.value : { ...loaded.value, ...row }
  }, [loaded.value, row])
  return { ...loaded, value }
}

/** Where a run stands in its lane; null when it does not wait. */
export function useQueuePlace(run: Run | null): QueuePlace | null {
  const waits = run !== null && run.status === 'queued'
  const before = useLive((state) => {
    if (!waits) return -1
    let count = 0
    for (const id of state.board.lanes[run.lane]) {
      if (id === run.id) break
      if (state.runs.get(id)?.status === 'queued') count += 1
    }
    return count
  })
  const lanePaused = useLive((state) => waits && (state.lanes.get(run.lane)?.paused ?? false))
  return useMemo(() => (before < 0 ? null : { before, lanePaused }), [before, lanePaused])
}
