import type { HostStatus, InboxItem, LiveMessage, Operation, RunSummary, SettingsRow } from '../../shared/models/index.ts'

/** The part of the core's live state that the desktop shows outside its window. Rows are keyed as in the live view. */
export interface LiveMirror {
  readonly runs: Map<string, RunSummary>
  readonly operations: Map<string, Operation>
  readonly inbox: Map<string, InboxItem>
  readonly host: Map<string, HostStatus>
  readonly settings: Map<string, SettingsRow>
}

/** An empty mirror; fill it with `applyLiveMessage`. */
export const createMirror = (): LiveMirror => ({
  runs: new Map(),
  operations: new Map(),
  inbox: new Map(),
  host: new Map(),
  settings: new Map(),
})

/** Takes one message of `core.live.watch` into the mirror, in place. Collections that the mirror does not hold are passed over. */
export function applyLiveMessage(mirror: LiveMirror, message: LiveMessage): void {
  if (message.type === 'snapshot') {
    for (const name of Object.keys(mirror) as (keyof LiveMirror)[]) {
      const rows = mirror[name] as Map<string, { id: string }>
      rows.clear()
      for (const row of message.state[name]) rows.set(row.id, row)
    }
    return
  }
  for (const { collection, key, value } of message.changes) {
    if (!(collection in mirror)) continue
    const rows = mirror[collection as keyof LiveMirror] as Map<string, unknown>
    if (value === null) rows.delete(key)
    else rows.set(key, value)
  }
}

/** One line of the tray's menu: `progress` 0 to 1, or -1 while unknown. */
export interface ActiveOperation {
  readonly id: string
  readonly name: string
  readonly progress: number
  readonly runId: string | null
}

/**
 * What tray, taskbar and the quit question tell.
 *
 * `active` are the active operations, oldest first, without those that are part of another active one. `failed` counts failed operations that
 * nobody dismissed or retried yet, `needsYou` the runs that wait for a person.
 */
export interface Activity {
  readonly active: readonly ActiveOperation[]
  readonly failed: number
  readonly needsYou: number
  readonly degraded: boolean
}

/** Nothing goes on; also what is shown until the core has answered. */
export const NO_ACTIVITY: Activity = { active: [], failed: 0, needsYou: 0, degraded: false }

/** Reads the activity off the mirror. */
export function activityOf(mirror: LiveMirror): Activity {
  const operations = [...mirror.operations.values()]
  const activeIds = new Set(operations.filter((operation) => operation.state === 'active').map((operation) => operation.id))
  const isRoot = (operation: Operation): boolean => operation.parentId === null || !activeIds.has(operation.parentId)
  const waiting = new Set([...mirror.inbox.values()].map((item) => item.runId))
  for (const run of mirror.runs.values()) if (run.attention !== null && !run.dismissed) waiting.add(run.id)
  return {
    active: operations
      .filter((operation) => operation.state === 'active' && isRoot(operation))
      .sort((a, b) => a.startedAt - b.startedAt)
      .map(({ id, name, progress, runId }) => ({ id, name, progress, runId })),
    failed: operations.filter((operation) => operation.state === 'failed' && !operation.inHistory).length,
    needsYou: waiting.size,
    degraded: mirror.host.get('host')?.state === 'degraded',
  }
}
