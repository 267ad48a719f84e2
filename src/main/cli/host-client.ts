import { z } from 'zod'
import { AppError, ERROR_STATUS, type ErrorCode } from '../../shared/models/index.ts'
import { type InstanceRecord, readInstance } from '../headless/index.ts'

/** Talks to a running host by its HTTP API. Every failure is an `AppError`: the host's own, or one that says that it cannot be reached. */
export interface HostClient {
  get<T>(path: string, answer: z.ZodType<T>): Promise<T>
  post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T>
  /** Opens a stream; the caller reads its body or aborts. */
  open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response>
}

const Failure = z.object({ code: z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]), message: z.string(), data: z.unknown() })

/** Finds the host that runs on a data folder. @throws AppError NOT_FOUND when there is none */
export function attach(dataDir: string): HostClient {
  const instance = readInstance(dataDir)
  if (instance === null) {
    throw new AppError('NOT_FOUND', `No host is running on ${dataDir}; start one with "controlroom serve", or choose another --data-dir.`)
  }
  return createHostClient(instance)
}

/** Creates a client for a known host. */
export function createHostClient({ url, token }: Pick<InstanceRecord, 'url' | 'token'>): HostClient {
  const send = async (path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> => {
    const response = await fetch(`${url}/api${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }).catch(
      (cause) => {
        throw new AppError('STORE_UNAVAILABLE', `The host at ${url} does not answer; start it again with "controlroom serve".`, { cause })
      },
    )
    if (response.ok) return response
    const failure = Failure.safeParse(await response.json().catch(() => null)).data
    if (failure === undefined) throw new AppError('INTERNAL', `The host at ${url} answered ${response.status}; is it Ops Control Room?`)
    throw new AppError(failure.code, failure.message, { data: failure.data })
  }
  return {
    get: async (path, answer) => answer.parse(await (await send(path)).json()),
    post: async (path, body, answer) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      return answer.parse(await (await send(path, init)).json())
    },
    open: (path, headers, signal) => send(path, { headers, signal }),
  }
}
