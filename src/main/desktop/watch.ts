import type { LiveMessage, RunSummary } from '../../shared/models/index.ts'
import { type Activity, activityOf, applyLiveMessage, createMirror, type LiveMirror } from './activity.ts'
import { type Notice, noticeOf } from './notices.ts'

/** The system is told of changes at most this often, in milliseconds. */
const REFRESH_MS = 250

/** Who is told of the core's state outside the window. */
export interface Watchers {
  /** The mirror after some changes, at most four times a second; the last change is never left out. */
  refresh(activity: Activity, mirror: LiveMirror): void
  notify(notice: Notice): void
}

/**
 * Mirrors the core's live state for tray, taskbar and notifications until the stream ends.
 *
 * What the first snapshot holds is no news: notifications are for changes after it.
 *
 * @param messages  `core.live.watch(undefined, signal)`
 */
export async function watchLive(messages: AsyncIterable<LiveMessage>, watchers: Watchers): Promise<void> {
  const mirror = createMirror()
  let isFirst = true
  let timer: NodeJS.Timeout | undefined
  const refresh = (): void => {
    timer = undefined
    watchers.refresh(activityOf(mirror), mirror)
  }
  try {
    for await (const message of messages) {
      const before = changedRuns(message).map((id) => mirror.runs.get(id))
      applyLiveMessage(mirror, message)
      if (!isFirst) tellNews(changedRuns(message), before, mirror, watchers)
      isFirst = false
      timer ??= setTimeout(refresh, REFRESH_MS)
    }
  } finally {
    clearTimeout(timer)
  }
}

/** Ids of the runs that a message speaks of, each once. */
function changedRuns(message: LiveMessage): string[] {
  if (message.type === 'snapshot') return message.state.runs.map((run) => run.id)
  return [...new Set(message.changes.filter((change) => change.collection === 'runs').map((change) => change.key))]
}

function tellNews(ids: readonly string[], before: readonly (RunSummary | undefined)[], mirror: LiveMirror, watchers: Watchers): void {
  for (const [index, id] of ids.entries()) {
    const after = mirror.runs.get(id)
    const notice = after && noticeOf(before[index], after)
    if (notice) watchers.notify(notice)
  }
}
