import type { CoreApi } from '../core-api.ts'
import type { Implementer } from '../implementer.ts'

/** Handlers of `ops.*`. */
export function opsHandlers(os: Implementer['ops'], core: CoreApi) {
  return {
    list: os.list.handler(() => core.ops.list()),
    dispatch: os.dispatch.handler(({ input }) => core.ops.dispatch(input)),
  }
}
