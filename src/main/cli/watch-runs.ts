import { isEnded, type RunSummary } from '../../shared/models/index.ts'
import type { CoreApi } from '../ipc/index.ts'

/** How wide a bar is, in characters. */
const BAR = 16

/**
 * Shows runs as they go on, a line whenever one of them does something new, until all have ended or the core stops.
 *
 * @returns the ended runs, in the order of their ids in `runIds`; not all of them when the core was stopped meanwhile
 */
export async function watchRuns(
  core: Pick<CoreApi, 'live' | 'runs'>,
  runIds: readonly string[],
  out: (line: string) => void,
): Promise<RunSummary[]> {
  const wanted = new Set(runIds)
  const ended = new Map<string, RunSummary>()
  const said = new Map<string, string>()
  const end = new AbortController()
  const take = (run: RunSummary): void => {
    if (!wanted.has(run.id)) return
    const line = lineOf(run)
    if (said.get(run.id) !== line) out(line)
    said.set(run.id, line)
    if (isEnded(run.status)) ended.set(run.id, run)
    else ended.delete(run.id)
    if (ended.size === wanted.size) end.abort()
  }
  for await (const message of core.live.watch(undefined, end.signal)) {
    if (message.type === 'snapshot') for (const run of message.state.runs) take(run)
    else for (const { collection, value } of message.changes) if (collection === 'runs' && value) take(value)
  }
  return runIds.map((id) => ended.get(id)).filter((run) => run !== undefined)
}

function lineOf({ title, status, progress, message, error }: RunSummary): string {
  const share = status === 'succeeded' ? 1 : Math.max(progress, 0)
  const bar = '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '░')
  const what = error && status === 'failed' ? error.message : message
  return `${title.slice(0, 28).padEnd(28)} ${bar} ${status.padEnd(10)} ${what.split('\n')[0]!.slice(0, 100)}`.trimEnd()
}
