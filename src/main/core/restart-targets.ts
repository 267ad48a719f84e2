import { LIVE_STATUSES } from '../../shared/models/index.ts'
import type { RunStore } from '../runs/index.ts'

/** The run that waits for a target to come back; null when none does. */
export async function runAwaiting(store: Pick<RunStore, 'withStatus'>, target: string): Promise<string | null> {
  const waiting = await store.withStatus(['awaiting_reconnect'])
  return waiting.find(({ reconnect }) => reconnect?.workerId === target)?.id ?? null
}

/** Ids of the runs that a worker has under way. */
export async function runsOfWorker(store: Pick<RunStore, 'withStatus' | 'attempts'>, workerId: string): Promise<string[]> {
  const ids: string[] = []
  for (const { id, status } of await store.withStatus(LIVE_STATUSES)) {
    if (status !== 'awaiting_reconnect' && (await store.attempts(id)).at(-1)?.workerId === workerId) ids.push(id)
  }
  return ids
}
