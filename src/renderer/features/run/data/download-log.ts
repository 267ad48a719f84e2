import { getClient } from '../../../stores/index.ts'
import { eventLines, formatLogLine } from '../feed/log-lines.ts'

/** Events of one call. */
const PAGE = 2_000

/** Reads a run's whole log from the store, page by page, and hands it to the browser as a text file. @throws what a call threw */
export async function downloadLog(runId: string): Promise<void> {
  const parts: string[] = []
  let afterSeq = 0
  for (;;) {
    const { events } = await getClient().runs.events({ id: runId, afterSeq, limit: PAGE })
    for (const event of events) for (const line of eventLines(event)) parts.push(formatLogLine(line), '\n')
    afterSeq = events.at(-1)?.seq ?? afterSeq
    if (events.length < PAGE) break
  }
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `run-${runId}.log`
  link.click()
  // The download has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Reads the whole output of one tool call. @throws what the call threw, and an error when the event is not there */
export async function loadToolOutput(runId: string, seq: number): Promise<string> {
  const { events } = await getClient().runs.events({ id: runId, afterSeq: seq - 1, limit: 1 })
  const data = events[0]?.data as { output?: unknown } | null | undefined
  if (events[0]?.seq !== seq || typeof data?.output !== 'string') throw new Error('The output is not in the store.')
  return data.output
}
