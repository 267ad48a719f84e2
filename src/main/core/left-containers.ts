import { endContainersOfRuns } from '../ops/index.ts'
import type { Logger } from '../platform/index.ts'
import type { RunStore } from '../runs/index.ts'

/** Ends the containers that runs of a dead host left behind: they belong to the daemon, and did not die with it. Docker is not asked when there can be none. */
export async function endLeftContainers(deps: { store: RunStore; logger: Logger }, runIds: Iterable<string>): Promise<void> {
  const runs = await Promise.all([...runIds].map((id) => deps.store.get(id)))
  const suspects = runs.filter((run) => run?.steps.some(({ op }) => op === 'docker')).map((run) => run!.id)
  const left = await endContainersOfRuns(suspects)
  if (left.length > 0)
    deps.logger.error({ left }, 'containers that a dead host left could not be ended; "docker ps --filter label=..." lists them')
}
