import type { CoreApi } from '../core-api.ts'
import type { Implementer } from '../implementer.ts'

/** Handlers of `operations.*`. */
export function operationsHandlers(os: Implementer['operations'], core: CoreApi) {
  return {
    list: os.list.handler(() => core.operations.list()),
    cancel: os.cancel.handler(({ input }) => core.operations.cancel(input.operationId)),
    retry: os.retry.handler(({ input }) => core.operations.retry(input.operationId)),
    dismiss: os.dismiss.handler(({ input }) => core.operations.dismiss(input.operationId)),
  }
}
