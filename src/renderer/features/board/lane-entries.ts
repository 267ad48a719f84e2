import type { RunSummary } from '../../../shared/models/index.ts'
import { type RunGroup, runGroup } from '../../format/index.ts'

/** One line of a lane: a card, or the label above the waiting and the ended ones. `next`: first in the queue. */
export type LaneEntry =
  | { readonly kind: 'run'; readonly id: string; readonly next: boolean }
  | { readonly kind: 'label'; readonly id: string; readonly text: string }

const LABEL: Partial<Record<RunGroup, string>> = { queued: 'Waiting', ended: 'Ended' }

/** The cards of a lane in order, of one project or of all, with a label where the quiet part begins. */
export function laneEntries(ids: readonly string[], runs: ReadonlyMap<string, RunSummary>, projectId: string | null): LaneEntry[] {
  const groups = new Map<RunGroup, LaneEntry[]>()
  for (const id of ids) {
    const run = runs.get(id)
    if (!run || (projectId && run.projectId !== projectId)) continue
    const group = runGroup(run)
    let entries = groups.get(group)
    if (!entries) {
      entries = []
      groups.set(group, entries)
    }
    entries.push({ kind: 'run', id, next: group === 'queued' && entries.length === 0 && run.status === 'queued' })
  }
  // Ids come group by group, so the map is in order too.
  return [...groups].flatMap(([group, entries]) => {
    const label = LABEL[group]
    return label ? [{ kind: 'label', id: `label-${group}`, text: label } as const, ...entries] : entries
  })
}
