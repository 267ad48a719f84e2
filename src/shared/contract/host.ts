import { eventIterator, oc, type } from '@orpc/contract'
import { z } from 'zod'
import { HostStatus, type LiveMessage, Revision, Settings, SettingsPatch } from '../models/index.ts'

export const Health = z.object({
  ok: z.boolean(),
  version: z.string(),
  instanceId: z.string(),
  state: HostStatus.unwrap().shape.state,
  lanes: z.array(z.object({ name: z.string(), queued: z.number(), running: z.number(), oldestQueuedAt: z.number().nullable() })),
})

export const ModelChoice = z.object({ id: z.string(), provider: z.string(), name: z.string() })
export type ModelChoice = z.infer<typeof ModelChoice>

export const hostContract = {
  /** No token needed. */
  health: oc.route({ method: 'GET', path: '/health', summary: 'Is the host alive, and how deep are its queues' }).output(Health),
  status: oc.route({ method: 'GET', path: '/status' }).output(HostStatus),
  /** Everything the screens mirror: a snapshot, then changes. Pass the last revision seen to resume after a cut. */
  watch: oc
    .route({ method: 'GET', path: '/watch', summary: 'Snapshot and changes of everything on screen, as server-sent events' })
    .input(z.object({ since: Revision.optional() }))
    .output(eventIterator(type<LiveMessage>())),
  settings: oc.route({ method: 'GET', path: '/settings' }).output(Settings),
  updateSettings: oc.route({ method: 'POST', path: '/settings.update' }).input(SettingsPatch).output(Settings),
  /** Models that OpenCode knows, with the default first. Starts the OpenCode server when it is not running. */
  models: oc
    .route({ method: 'GET', path: '/models' })
    .output(z.object({ models: z.array(ModelChoice), defaultModel: z.string().nullable() })),
  /** Makes the sample project, starts the scripted model, queues the demo's runs. Needs no key and no network. */
  startDemo: oc
    .route({ method: 'POST', path: '/demo.start' })
    .input(z.object({ runs: z.number().int().min(1).max(50).default(4) }))
    .output(z.object({ projectId: z.string(), runIds: z.array(z.string()) })),
}
