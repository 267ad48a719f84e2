/**
 * The mirror of the core's live collections: pure functions from rows and messages to rows.
 *
 * A message follows the one before when its instance is the same and its number is the next one. Anything else is a gap, and a gap is healed by
 * a new snapshot, never by guessing.
 */
import type { CollectionName, CollectionRow, LiveChange, LiveMessage, LiveState, Revision } from '../../shared/models/index.ts'

/** The collections as maps from key to row. A map is replaced, never changed, when one of its rows changes. */
export type Rows = { readonly [C in CollectionName]: ReadonlyMap<string, CollectionRow<C>> }

export const COLLECTIONS = [
  'runs',
  'operations',
  'lanes',
  'projects',
  'inbox',
  'host',
  'settings',
  'workers',
] as const satisfies readonly CollectionName[]

export const NO_ROWS: Rows = {
  runs: new Map(),
  operations: new Map(),
  lanes: new Map(),
  projects: new Map(),
  inbox: new Map(),
  host: new Map(),
  settings: new Map(),
  workers: new Map(),
}

/** How a message relates to what the mirror has: `apply` it, `skip` it (seen already), or there is a `gap`: ask for a new snapshot. */
export function judge(have: Revision | null, message: LiveMessage): 'apply' | 'skip' | 'gap' {
  if (message.type === 'snapshot') return 'apply'
  if (!have || have.instanceId !== message.revision.instanceId) return 'gap'
  if (message.revision.n <= have.n) return 'skip'
  return message.revision.n === have.n + 1 ? 'apply' : 'gap'
}

const keyOf = (row: CollectionRow<CollectionName>): string => ('name' in row && !('id' in row) ? row.name : (row as { id: string }).id)

/** Rows of a snapshot. */
export function rowsOf(state: LiveState): Rows {
  const rows: Record<string, Map<string, unknown>> = {}
  for (const name of COLLECTIONS) rows[name] = new Map(state[name].map((row) => [keyOf(row), row]))
  return rows as unknown as Rows
}

/** Rows after some changes, in order. Collections that none of them touches stay the same object. */
export function applyChanges(rows: Rows, changes: readonly LiveChange[]): Rows {
  const copies: Partial<Record<CollectionName, Map<string, unknown>>> = {}
  for (const { collection, key, value } of changes) {
    // A collection that this page does not know belongs to a newer core.
    if (!(collection in rows)) continue
    const map = copies[collection] ?? new Map<string, unknown>(rows[collection] as ReadonlyMap<string, unknown>)
    copies[collection] = map
    if (value === null) map.delete(key)
    else map.set(key, value)
  }
  return { ...rows, ...(copies as Partial<Rows>) }
}
