import type { CoreApi } from '../core-api.ts'
import type { Implementer } from '../implementer.ts'

/** Handlers of `workers.*`. */
export function workersHandlers(os: Implementer['workers'], core: CoreApi) {
  return {
    list: os.list.handler(async () => ({ workers: await core.workers.list() })),
    reset: os.reset.handler(({ input }) => core.workers.reset(input.name)),
  }
}
