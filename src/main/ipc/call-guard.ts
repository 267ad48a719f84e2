import { mapEventIterator } from '@orpc/client'
import type { ORPCError } from '@orpc/contract'
import type { Logger } from '../platform/index.ts'
import { authorize, type CallContext } from './principal.ts'
import { toWireError } from './wire-error.ts'

interface Call {
  readonly context: CallContext
  readonly path: readonly string[]
  readonly input: unknown
  readonly signal?: AbortSignal | undefined
  next(options?: unknown): Promise<unknown>
}
interface Exchange<R> {
  readonly request: { readonly url: URL }
  next(): Promise<R>
}

/** Interceptors for every oRPC handler: `call` goes around one procedure call, its validation included; `exchange` around reading the request and writing the answer. */
export interface CallGuard {
  call(call: Call): Promise<unknown>
  exchange<R>(exchange: Exchange<R>): Promise<R>
}

const isStream = (output: unknown): output is AsyncIterator<unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output

/** The same guard for every door: who may call, and how failures leave. */
export function createCallGuard(logger: Logger): CallGuard {
  return {
    async call(call) {
      const name = call.path.join('.')
      const wire = (error: unknown): ORPCError<string, unknown> => toWireError(error, logger, name)
      try {
        authorize(call.context.principal, name)
        // A call without a body means one with nothing in it; its schema then names the field that is missing.
        const output = await call.next(call.input === undefined ? { ...call, input: {} } : undefined)
        return isStream(output) ? mapEventIterator(output, { value: async (value) => value, error: async (error) => wire(error) }) : output
      } catch (error) {
        throw wire(error)
      }
    },
    async exchange({ request, next }) {
      try {
        return await next()
      } catch (error) {
        throw toWireError(error, logger, request.url.pathname)
      }
    },
  }
}
