import { z } from 'zod'
import { Timestamp } from './common.ts'
import { InboxItem } from './inbox.ts'
import { Lane } from './lane.ts'
import { Operation } from './operation.ts'
import { Project } from './project.ts'
import { RunSummary } from './run.ts'
import { Settings } from './settings.ts'
import { WorkerStatus } from './worker.ts'

/** Health of the host: what the status bar shows. */
export const HostStatus = z
  .object({
    id: z.literal('host'),
    instanceId: z.string(),
    version: z.string(),
    host: z.enum(['desktop', 'headless']),
    dataDir: z.string(),
    store: z.string(),
    startedAt: Timestamp,
    opencode: z.object({
      state: z.enum(['stopped', 'starting', 'ready', 'failed']),
      version: z.string().nullable(),
      pid: z.number().nullable(),
      error: z.string().nullable(),
    }),
    /** `stopping` once no more runs are claimed because the host is about to end. */
    state: z.enum(['ready', 'degraded', 'stopping']),
    /** Why it is degraded, and what to do about it. */
    problem: z.string().nullable().optional(),
    /** What was interrupted when the last host died: run ids. */
    interrupted: z.array(z.string()),
    /** Every folder in which the demo's sample project and its scripted model can be used; null when it is not running. */
    demo: z.object({ projectId: z.string(), model: z.string() }).nullable(),
  })
  .readonly()
export type HostStatus = z.infer<typeof HostStatus>

/** The settings as a row of the live view. */
export const SettingsRow = Settings.extend({ id: z.literal('settings') })
export type SettingsRow = z.infer<typeof SettingsRow>

/**
 * The collections that every screen mirrors, each row keyed by `id` (a lane by `name`).
 *
 * `runs` holds what the board shows: live and waiting runs, and those that ended within the hour or failed undismissed. Older ones come from `runs.list`.
 */
export const LiveState = z.object({
  runs: z.array(RunSummary),
  operations: z.array(Operation),
  lanes: z.array(Lane),
  projects: z.array(Project),
  inbox: z.array(InboxItem),
  host: z.array(HostStatus),
  settings: z.array(SettingsRow),
  workers: z.array(WorkerStatus),
})
export type LiveState = z.infer<typeof LiveState>
export type CollectionName = keyof LiveState
export type CollectionRow<C extends CollectionName> = LiveState[C][number]

/** Number `n` of the changes of one core instance. Revisions of two instances cannot be compared: take a new snapshot. */
export const Revision = z.object({ instanceId: z.string(), n: z.number().int().nonnegative() })
export type Revision = z.infer<typeof Revision>

/** One row that changed; `value: null` means that it left the collection. */
export const LiveChange = z.object({
  collection: LiveState.keyof(),
  key: z.string(),
  value: z.union([RunSummary, Operation, Lane, Project, InboxItem, HostStatus, SettingsRow, WorkerStatus]).nullable(),
})
export type LiveChange = { [C in CollectionName]: { collection: C; key: string; value: CollectionRow<C> | null } }[CollectionName]

/** A `watch` stream: one snapshot (left out when the caller's revision could be resumed), then changes in order, no revision left out. */
export type LiveMessage =
  | { readonly type: 'snapshot'; readonly revision: Revision; readonly state: LiveState }
  | { readonly type: 'changes'; readonly revision: Revision; readonly changes: readonly LiveChange[] }
