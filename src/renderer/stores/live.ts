import { create } from 'zustand'
import type { HostStatus, LiveMessage, Revision, SettingsRow } from '../../shared/models/index.ts'
import { type BoardIndex, indexRuns, NO_BOARD, reindexRuns } from './board-index.ts'
import { applyChanges, judge, NO_ROWS, type Rows, rowsOf } from './mirror.ts'

/** How the page and the core are doing. `cut`: what is shown is from before `since`, and a new connection is being tried. */
export interface ConnectionState {
  readonly state: 'connecting' | 'live' | 'cut'
  readonly since: number
  readonly error: string | null
}

export interface LiveStore extends Rows {
  /** False until the first snapshot: show a loading state, not an empty one. */
  readonly ready: boolean
  readonly revision: Revision | null
  readonly connection: ConnectionState
  readonly board: BoardIndex
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
  const changed = new Set<string>()
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
    for (const change of message.changes) if (change.collection === 'runs') changed.add(change.key)
  }
  if (revision === state.revision) return whole
  const board = fresh ? indexRuns(rows.runs, state.board.membership + 1) : reindexRuns(state.board, state.runs, rows.runs, changed)
  const { runs, operations, lanes, projects, inbox, host, settings } = rows
  useLive.setState({ runs, operations, lanes, projects, inbox, host, settings, revision, board, ready: true })
  return whole
}

/** Notes how the connection is. Keeps `since` while the state stays the same. */
export function setConnection(state: ConnectionState['state'], error: string | null = null): void {
  const { connection } = useLive.getState()
  if (connection.state === state && connection.error === error) return
  useLive.setState({ connection: { state, error, since: connection.state === state ? connection.since : Date.now() } })
}

/** The host's health; undefined until the first snapshot. */
export const useHost = (): HostStatus | undefined => useLive((s) => s.host.get('host'))

/** The settings; undefined until the first snapshot. */
export const useSettings = (): SettingsRow | undefined => useLive((s) => s.settings.get('settings'))
