import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../../shared/models/index.ts'
import type { ChildHandle } from '../platform/index.ts'

const HEALTH_RETRY_MS = 50

/**
 * Reads the line in which the server says where it listens.
 *
 * @param errors  what it has said about its failure
 * @throws AppError INTERNAL when it ends first
 */
export function readAddress(child: ChildHandle, ended: AbortSignal, errors: () => string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const explain = (what: string): void => reject(new AppError('INTERNAL', `OpenCode could not be started: ${what}${errors()}`))
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-10_000)
    const url = /listening on (https?:\/\/\S+)/.exec(text)?.[1]
    if (url) resolve(url.replace(/\/$/, ''))
  })
  ended.addEventListener('abort', () => explain(`${ended.reason}.`), { once: true })
  if (ended.aborted) explain(`${ended.reason}.`)
  return promise
}

/** Asks a server for its version until it answers. @throws AppError INTERNAL when it is no OpenCode */
export async function readVersion(baseUrl: string, authorization: string, signal: AbortSignal): Promise<string> {
  const response = await askHealth(`${baseUrl}/global/health`, authorization, signal)
  const body: unknown = await response.json().catch(() => null)
  const version = (body as { version?: unknown } | null)?.version
  if (!response.ok || typeof version !== 'string') {
    throw new AppError(
      'INTERNAL',
      `What was started as OpenCode does not answer like it (HTTP ${response.status}). Check its path under Settings, OpenCode.`,
    )
  }
  return version
}

/**
 * A server often gets the port of the one before it, and a connection that was kept to that one fails at its first use: the line that said where it listens
 * is the word that it is there, so a failed call is made again until the limit.
 */
async function askHealth(url: string, authorization: string, signal: AbortSignal): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url, { headers: { authorization }, signal })
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof TypeError)) throw error
      await pause(HEALTH_RETRY_MS, undefined, { signal })
    }
  }
}

/** Keeps the last of what a stream says, for the message of a failed start. */
export function keepTail(stream: Readable): () => string {
  let tail = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-2_000)
  })
  return () => (tail.trim() ? ` It said: ${tail.trim().split('\n').slice(-5).join(' ')}` : '')
}
