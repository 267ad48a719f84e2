import type { OpencodeClient } from '@opencode-ai/sdk/v2/client'
import type { Connection } from './server-process.ts'

/** A call that got no answer: the server is gone, going, or too busy. What it did is unknown. */
export class NoAnswer extends Error {
  constructor(what: string, cause: unknown) {
    super(`The OpenCode server did not answer (${what}).`, { cause })
    this.name = 'NoAnswer'
  }
}

/** A call that the server refused. */
export class Refused extends Error {
  readonly status: number

  constructor(what: string, status: number, error: unknown) {
    super(`OpenCode refused ${what} (HTTP ${status}): ${messageOf(error)}`)
    this.name = 'Refused'
    this.status = status
  }
}

/** A server with a hundred directories starting has been seen to answer after a minute. */
const CALL_LIMIT_MS = 120_000

/** The clients of one server, one for each directory: permissions, questions and the list of busy sessions are known by directory only. */
export interface Clients {
  for(directory: string): OpencodeClient
  forget(directory: string): void
}

/** The SDK is loaded here and not before: a host that is not asked for an agent starts without it. */
export async function createClients(connection: Connection): Promise<Clients> {
  const { createOpencodeClient } = await import('@opencode-ai/sdk/v2/client')
  const byDirectory = new Map<string, OpencodeClient>()
  return {
    for(directory) {
      const known = byDirectory.get(directory)
      if (known) return known
      const client = createOpencodeClient({ baseUrl: connection.baseUrl, directory, headers: { Authorization: connection.authorization } })
      byDirectory.set(directory, client)
      return client
    },
    forget: (directory) => byDirectory.delete(directory),
  }
}

/** Options of every call: it ends with the server, and after two minutes. */
export const callOptions = (connection: Connection): { signal: AbortSignal } => ({
  signal: AbortSignal.any([connection.ended, AbortSignal.timeout(CALL_LIMIT_MS)]),
})

/**
 * Takes the data out of an SDK answer.
 *
 * @param what  names the call in an error: `the prompt`
 * @throws Refused  the server said no
 * @throws NoAnswer  it said nothing
 */
export async function answered<T>(what: string, call: Promise<{ data?: T; error?: unknown; response?: Response }>): Promise<T> {
  let answer: Awaited<typeof call>
  try {
    answer = await call
  } catch (error) {
    throw new NoAnswer(what, error)
  }
  if (!answer.response) throw new NoAnswer(what, answer.error)
  if (!answer.response.ok) throw new Refused(what, answer.response.status, answer.error)
  return answer.data as T
}

function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const { data, message, name } = error as { data?: { message?: unknown }; message?: unknown; name?: unknown }
  const text = data?.message ?? message ?? name
  return typeof text === 'string' ? text : JSON.stringify(error).slice(0, 500)
}
