import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { isAppError, isEnded, Run, RunEvent } from '../../shared/models/index.ts'
import { readEventStream } from './event-stream.ts'
import type { HostClient } from './host-client.ts'

const RETRY_MS = 500
/** How often a host that went away is looked for before the person is told. */
const MAX_TRIES = 60

/** The part of a feed's messages that is stored; growing text is left to the screens. */
const Stored = z.object({ events: z.array(RunEvent).default([]) })

/**
 * Follows a run to its end, also across a restart of the host, and hands over each stored event once.
 *
 * @param attach  finds the host anew: after a restart it may have another address and token
 * @returns the run as it ended. @throws AppError when the host stays away
 */
export async function followToEnd(attach: () => HostClient, runId: string, onEvent: (event: RunEvent) => void): Promise<Run> {
  let seen = 0
  for (let tries = 1; ; tries += 1) {
    const before = seen
    try {
      const client = attach()
      const ended = await followOnce(client, runId, seen, (event) => {
        seen = event.seq
        onEvent(event)
      })
      if (ended) return ended
    } catch (error) {
      const mayPass = !isAppError(error) || error.status >= 500 || error.code === 'NOT_FOUND'
      if (!mayPass || tries >= MAX_TRIES) throw error
    }
    if (seen > before) tries = 0
    await pause(RETRY_MS)
  }
}

/** Follows over one line. Null when it broke before the run ended. */
async function followOnce(client: HostClient, runId: string, afterSeq: number, onEvent: (event: RunEvent) => void): Promise<Run | null> {
  let seen = afterSeq
  const take = (events: readonly RunEvent[]): void => {
    for (const event of events.filter((one) => one.seq > seen)) {
      seen = event.seq
      onEvent(event)
    }
  }
  const reading = new AbortController()
  const { body } = await client.open(`/runs/${runId}/events/stream?afterSeq=${afterSeq}`, {}, reading.signal)
  try {
    for await (const { data } of readEventStream(body as unknown as AsyncIterable<Uint8Array>)) {
      const { events } = Stored.parse(JSON.parse(data ?? '{}'))
      take(events)
      // Asked with every change of the run, and with the comments in between, should its last change not have been an event.
      if (data !== undefined && !events.some((event) => event.kind === 'run')) continue
      const run = await client.get(`/runs/${runId}`, Run)
      if (!isEnded(run.status)) continue
      const rest = await client.get(`/runs/${runId}/events?afterSeq=${seen}&limit=5000`, z.object({ events: z.array(RunEvent) }))
      take(rest.events)
      return run
    }
  } finally {
    reading.abort()
  }
  return null
}
