import { hostname } from 'node:os'
import { LIVE_STATUSES } from '../../shared/models/index.ts'
import { type Clock, isAlive, killTree, type Logger } from '../platform/index.ts'
import type { RunStore } from '../runs/index.ts'

/**
 * What a start does about the starts before it.
 *
 * The folder's lock proves that no other host works here, so an instance of this machine whose process is gone is dead for certain. In this order: its processes are
 * ended, its attempts are ended as lost without waiting for a lease, its runs go back to the queue. Only then may anything be claimed.
 *
 * @returns ids of the runs that an earlier host left unfinished, killed or stopped
 */
export async function recoverFromEarlierHosts(deps: { store: RunStore; clock: Clock; logger: Logger }): Promise<string[]> {
  const { store, clock, logger } = deps
  const dead = (await store.instances()).filter(
    (instance) =>
      instance.stoppedAt === null && instance.host === hostname() && !isAlive({ pid: instance.pid, startTime: instance.processStartedAt }),
  )
  const interrupted = [...(await store.withStatus(LIVE_STATUSES)).map((run) => run.id), ...(await cutOff(store))]
  for (const instance of dead) {
    const { survivors } = await killTree(
      { marker: { name: 'CONTROLROOM_INSTANCE', value: instance.instanceId } },
      { clock, graceMs: 2_000 },
    )
    if (survivors.length) logger.error({ survivors }, 'processes of a dead host could not be ended')
  }
  await store.rescue(
    dead.map((instance) => instance.instanceId),
    clock.now(),
  )
  for (const instance of dead) await store.saveInstance({ ...instance, stoppedAt: clock.now() })
  return interrupted
}

/** Runs that wait because their newest attempt was cut off: handed back by an orderly stop, or lost by a host that died before it could go on. */
async function cutOff(store: RunStore): Promise<string[]> {
  const ids: string[] = []
  for (const run of await store.withStatus(['queued'], true)) {
    const outcome = (await store.attempts(run.id)).at(-1)?.outcome
    if (outcome === 'interrupted' || outcome === 'lease_lost') ids.push(run.id)
  }
  return ids
}
