import { create } from 'zustand'
import type { HostStatus, LiveMessage, Revision, SettingsRow } from '../../shared/models/index.ts'
import { type BoardIndex, indexRuns, NO_BOARD, reindexRuns } from './board-index.ts'
import { applyChanges, judge, NO_ROWS, type Rows, rowsOf } from './mirror.ts'
import { indexOperations, NO_OPERATIONS, type OperationIndex, reindexOperations } from './operation-index.ts'

/** How the line to the core is. `cut`: what is shown is from before `since`, and a new line is being sought; `denied`: the core refuses this page. */
export interface LineState {
  readonly state: 'connecting' | 'live' | 'cut' | 'denied'
  readonly since: number
  readonly error: string | null
}

export interface LiveStore extends Rows {
  /** False until the first snapshot: show a loading state, not an empty one. */
  readonly ready: boolean
  readonly revision: Revision | null
  readonly connection: LineState
  readonly board: BoardIndex
  readonly panels: OperationIndex
}

/**
 * What the core says is so, and nothing else: written by `applyMessages` alone, never by a screen.
 *
 * Rows subscribe to themselves: `useLive((s) => s.runs.get(id))` draws again only when that run changed.
 */
export const useLive = create<LiveStore>()(() => ({
  ...NO_ROWS,
  ready: false,
  revision: null,
  connection: { state: 'connecting', since: Date.now(), error: null },
  board: NO_BOARD,
  panels: NO_OPERATIONS,
}))

/**
 * Applies messages of one `watch` stream, in order, as one change of the store.
 *
 * @returns false when a revision was missing or another instance spoke; the rest was left out and the caller must ask for a new snapshot
 */
export function applyMessages(messages: readonly LiveMessage[]): boolean {
  const state = useLive.getState()
  let { revision } = state
  let rows: Rows = state
  let fresh = false
  let whole = true
  const changed = { runs: new Set<string>(), operations: new Set<string>() }
  for (const message of messages) {
    const verdict = judge(revision, message)
    if (verdict === 'skip') continue
    if (verdict === 'gap') {
      whole = false
      break
    }
    revision = message.revision
    if (message.type === 'snapshot') {
      rows = rowsOf(message.state)
      fresh = true
      continue
    }
    rows = applyChanges(rows, message.changes)
    for (const { collection, key } of message.changes)
      if (collection === 'runs' || collection === 'operations') changed[collection].add(key)
  }
  if (revision === state.revision) return whole
  const board = fresh ? indexRuns(rows.runs, state.board.membership + 1) : reindexRuns(state.board, state.runs, rows.runs, changed.runs)
  const panels = fresh
    ? indexOperations(rows.operations)
    : reindexOperations(state.panels, state.operations, rows.operations, changed.operations)
  const { runs, operations, lanes, projects, inbox, host, settings, workers } = rows
  useLive.setState({ runs, operations, lanes, projects, inbox, host, settings, workers, revision, board, panels, ready: true })
  return whole
}

/** Notes how the line is. Keeps `since` while the state stays the same. */
export function setConnection(state: LineState['state'], error: string | null = null): void {
  const { connection } = useLive.getState()
  if (connection.state === state && connection.error === error) return
  useLive.setState({ connection: { state, error, since: connection.state === state ? connection.since : Date.now() } })
}

/** The host's health; undefined until the first snapshot. */
export const useHost = (): HostStatus | undefined => useLive((s) => s.host.get('host'))

/** The settings; undefined until the first snapshot. */
export const useSettings = (): SettingsRow | undefined => useLive((s) => s.settings.get('settings'))
