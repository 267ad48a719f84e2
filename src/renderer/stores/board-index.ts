/**
 * The order of each lane and the counts of the header, kept up to date change by change.
 *
 * With ten thousand runs and fifty of them reporting progress ten times a second, sorting on each change would take the page's whole time. Most
 * changes do not move a run, so: compare the old row with the new one, and only where the place differs take the run out and put it in again.
 */
import { LANE_NAMES, type LaneName, type RunSummary } from '../../shared/models/index.ts'
import { type RunGroup, runGroup } from '../format/run.ts'

export interface Counts {
  readonly need: number
  readonly running: number
  readonly failed: number
  readonly queued: number
  readonly ended: number
}

export interface BoardIndex {
  /** Run ids of each lane from top to bottom. An array is replaced only when its order changed. */
  readonly lanes: Readonly<Record<LaneName, readonly string[]>>
  /** By project id; runs without one are under the empty string. */
  readonly counts: ReadonlyMap<string, Counts>
  readonly total: Counts
  /** Grows when a run appears or leaves: lists that page through stored runs look again. */
  readonly membership: number
}

type Runs = ReadonlyMap<string, RunSummary>

const NO_COUNTS: Counts = { need: 0, running: 0, failed: 0, queued: 0, ended: 0 }
const GROUP_ORDER: Record<RunGroup, number> = { need: 0, running: 1, failed: 2, queued: 3, ended: 4 }

export const NO_BOARD: BoardIndex = { lanes: { A: [], B: [], C: [], D: [] }, counts: new Map(), total: NO_COUNTS, membership: 0 }

const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const ended = (run: RunSummary): number => (run.endedAt === null ? 0 : 1)

/**
 * Order inside a lane: needs you (what blocks an agent before what only waits for a look, longest first), running (longest first), failed (newest
 * first), queued in the order of the claim (priority, runAt, id; scheduled ones after those that may start), ended (newest first).
 */
export function compareRuns(a: RunSummary, b: RunSummary): number {
  const group = runGroup(a)
  const byGroup = GROUP_ORDER[group] - GROUP_ORDER[runGroup(b)]
  if (byGroup !== 0) return byGroup
  switch (group) {
    case 'need':
      return ended(a) - ended(b) || (a.startedAt ?? a.createdAt) - (b.startedAt ?? b.createdAt) || compareIds(a.id, b.id)
    case 'running':
      return (a.startedAt ?? 0) - (b.startedAt ?? 0) || compareIds(a.id, b.id)
    case 'queued':
      return (
        Number(a.status === 'scheduled') - Number(b.status === 'scheduled') ||
        a.priority - b.priority ||
        a.runAt - b.runAt ||
        compareIds(a.id, b.id)
      )
    default:
      return (b.endedAt ?? 0) - (a.endedAt ?? 0) || compareIds(b.id, a.id)
  }
}

/** Whether a change leaves a run where it is. */
const samePlace = (a: RunSummary, b: RunSummary): boolean =>
  a.lane === b.lane &&
  a.status === b.status &&
  a.attention === b.attention &&
  a.dismissed === b.dismissed &&
  a.priority === b.priority &&
  a.runAt === b.runAt &&
  a.startedAt === b.startedAt &&
  a.endedAt === b.endedAt

/** Builds the index of all runs. */
export function indexRuns(runs: Runs, membership = 0): BoardIndex {
  const rows: Record<LaneName, RunSummary[]> = { A: [], B: [], C: [], D: [] }
  const counter = createCounter(new Map())
  for (const run of runs.values()) {
    rows[run.lane].push(run)
    counter.add(run, 1)
  }
  const lanes = { A: [], B: [], C: [], D: [] } as Record<LaneName, readonly string[]>
  for (const lane of LANE_NAMES) lanes[lane] = rows[lane].sort(compareRuns).map((run) => run.id)
  return { lanes, ...counter.result(), membership }
}

/**
 * The index after some runs changed.
 *
 * @param before  the runs that `index` was made from
 * @param after  the runs now
 * @param changed  ids that may differ between the two
 */
export function reindexRuns(index: BoardIndex, before: Runs, after: Runs, changed: ReadonlySet<string>): BoardIndex {
  const gone: Record<LaneName, Set<string>> = { A: new Set(), B: new Set(), C: new Set(), D: new Set() }
  const come: Record<LaneName, RunSummary[]> = { A: [], B: [], C: [], D: [] }
  const counter = createCounter(index.counts)
  let moved = false
  let membership = index.membership
  for (const id of changed) {
    const was = before.get(id)
    const is = after.get(id)
    if (was === is || (was && is && samePlace(was, is))) continue
    moved = true
    if (!was !== !is) membership = index.membership + 1
    if (was) {
      gone[was.lane].add(id)
      counter.add(was, -1)
    }
    if (is) {
      come[is.lane].push(is)
      counter.add(is, 1)
    }
  }
  if (!moved) return index
  const lanes = { ...index.lanes }
  for (const lane of LANE_NAMES) {
    if (gone[lane].size === 0 && come[lane].length === 0) continue
    const kept = gone[lane].size > 0 ? index.lanes[lane].filter((id) => !gone[lane].has(id)) : index.lanes[lane]
    lanes[lane] = merge(kept, come[lane].sort(compareRuns), after)
  }
  return { lanes, ...counter.result(), membership }
}

/** Merges two lists that are in order. */
function merge(ids: readonly string[], rows: readonly RunSummary[], runs: Runs): string[] {
  const result: string[] = []
  let next = 0
  for (const id of ids) {
    const run = runs.get(id)
    if (!run) continue
    while (next < rows.length && compareRuns(rows[next]!, run) < 0) result.push(rows[next++]!.id)
    result.push(id)
  }
  while (next < rows.length) result.push(rows[next++]!.id)
  return result
}

function createCounter(start: ReadonlyMap<string, Counts>) {
  const counts = new Map(start)
  return {
    add(run: RunSummary, by: 1 | -1): void {
      const key = run.projectId ?? ''
      const group = runGroup(run)
      const old = counts.get(key) ?? NO_COUNTS
      counts.set(key, { ...old, [group]: old[group] + by })
    },
    result(): Pick<BoardIndex, 'counts' | 'total'> {
      const total = { ...NO_COUNTS }
      for (const one of counts.values()) for (const group of Object.keys(total) as RunGroup[]) total[group] += one[group]
      return { counts, total }
    },
  }
}
