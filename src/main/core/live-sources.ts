import {
  type HostStatus,
  type InboxItem,
  isEnded,
  type Operation,
  type Project,
  type RunSummary,
  type Settings,
} from '../../shared/models/index.ts'
import type { Agents } from '../agents/index.ts'
import type { LiveView } from '../ipc/index.ts'
import type { Operations } from '../operations/index.ts'
import type { Clock, Logger } from '../platform/index.ts'
import type { Projects } from '../projects/index.ts'
import type { RunStore } from '../runs/index.ts'
import type { Fleet } from '../workers/index.ts'
import type { RestartableStore } from './restartable-store.ts'
import type { Supervision } from './supervise.ts'

/** How long an ended run stays on the board, and how often that is looked at, in milliseconds. */
export const BOARD_KEEPS_MS = 3_600_000
const PRUNE_MS = 60_000

/** Whether the board shows a run: it is not over, it failed and nobody has dismissed it, or it ended within the hour. */
export const isOnBoard = (run: RunSummary, now: number): boolean =>
  !isEnded(run.status) || (run.status === 'failed' && !run.dismissed) || (run.endedAt ?? 0) > now - BOARD_KEEPS_MS

const timeoutId = (runId: string): string => `timeout-${runId}`

/** What a person is asked about a run whose step's time is over; null while there is nothing to ask. It follows from the run and is stored nowhere. */
export const timeoutItem = (run: RunSummary): InboxItem | null =>
  run.attention !== 'timeout'
    ? null
    : {
        id: timeoutId(run.id),
        runId: run.id,
        kind: 'timeout',
        createdAt: run.timeoutAt ?? run.startedAt ?? run.createdAt,
        title: `The time limit of “${run.title}” is over.`,
        data: { timedFrom: run.timedFrom, timeoutAt: run.timeoutAt },
        questions: [],
      }

/**
 * Fills the live view from the rooms and keeps it in step with them.
 *
 * Every room tells its changes after they are committed; here they become rows. @returns what ends all of it
 */
export async function connectLiveView(
  live: LiveView,
  rooms: {
    store: RunStore
    operations: Operations
    projects: Projects
    agents: Agents
    clock: Clock
    logger: Logger
    supervision: Supervision
    fleet: Pick<Fleet, 'subscribe'>
    onStoreReopened: RestartableStore['onReopened']
    settings: () => Settings
    status: () => HostStatus
  },
): Promise<() => void> {
  const { store, operations, projects, agents, clock, supervision } = rooms

  const takeRun = (run: RunSummary): void => {
    live.set('runs', run.id, isOnBoard(run, clock.now()) ? run : null)
    operations.applyRun(run)
    const asked = timeoutItem(run)
    if (asked || live.get('inbox', timeoutId(run.id))) live.set('inbox', timeoutId(run.id), asked)
  }
  const takeOperation = (operation: Operation): void => {
    live.set('operations', operation.id, operation)
    if (operation.inHistory) dropMissing('operations', new Set([...operations.active(), ...operations.history()].map((known) => known.id)))
  }
  const takeProjects = (all: readonly Project[]): void => {
    for (const project of all) live.set('projects', project.id, project)
    dropMissing('projects', new Set(all.map((project) => project.id)))
  }
  const takeAgents = (): void => {
    const items = agents.inbox()
    for (const item of items) if (live.get('inbox', item.id) !== item) live.set('inbox', item.id, item)
    const timeouts = live.rows('inbox').filter((item) => item.kind === 'timeout')
    dropMissing('inbox', new Set([...items, ...timeouts].map((item) => item.id)))
    live.set('host', 'host', rooms.status())
  }
  const takeWorkers = (): void => {
    for (const row of supervision.rows()) {
      if (JSON.stringify(live.get('workers', row.id)) !== JSON.stringify(row)) live.set('workers', row.id, row)
    }
    live.set('host', 'host', rooms.status())
  }
  function dropMissing(collection: 'operations' | 'projects' | 'inbox', known: ReadonlySet<string>): void {
    for (const row of live.rows(collection)) if (!known.has(row.id)) live.set(collection, row.id, null)
  }

  let cancelPrune = (): void => {}
  const prune = (): void => {
    for (const run of live.rows('runs')) if (!isOnBoard(run, clock.now())) live.set('runs', run.id, null)
    cancelPrune = clock.after(PRUNE_MS, prune)
  }

  // Listening starts before reading, so that nothing falls between the two; rows read later are never older than what was heard.
  let heard = new Set<string>()
  const readStore = async (): Promise<void> => {
    const newer = new Set<string>()
    heard = newer
    const [board, recent, lanes] = await Promise.all([
      store.board(clock.now() - BOARD_KEEPS_MS),
      store.list({ limit: 100, status: ['succeeded', 'failed', 'cancelled'] }),
      store.lanes(),
    ])
    for (const run of [...recent.runs, ...board]) if (!newer.has(run.id)) takeRun(run)
    for (const lane of lanes) live.set('lanes', lane.name, lane)
  }
  const ends = [
    store.subscribe((change) => {
      for (const run of change.runs) {
        heard.add(run.id)
        takeRun(run)
      }
      for (const lane of change.lanes) live.set('lanes', lane.name, lane)
    }),
    operations.addListener(takeOperation),
    projects.subscribe(() => takeProjects(projects.list())),
    agents.subscribe(takeAgents),
    supervision.supervisor.subscribe(takeWorkers),
    rooms.fleet.subscribe(takeWorkers),
    // What was stored just before a store thread died may not have been told.
    rooms.onStoreReopened(
      () => void readStore().catch((error: unknown) => rooms.logger.warn({ error }, 'the rows could not be read again')),
    ),
  ]
  await readStore()
  for (const operation of [...operations.active(), ...operations.history()]) live.set('operations', operation.id, operation)
  takeProjects(projects.list())
  takeAgents()
  takeWorkers()
  live.set('settings', 'settings', { id: 'settings', ...rooms.settings() })
  prune()
  return () => {
    cancelPrune()
    for (const end of ends) end()
  }
}
