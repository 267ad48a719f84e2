import { isEnded, type RunSummary } from '../../shared/models/index.ts'

/** A desktop notification about one run. */
export interface Notice {
  readonly runId: string
  readonly title: string
  readonly body: string
}

/** Runs that only steer another one; the person who asked for them is looking. */
const CONTROL_OPS = new Set(['kill', 'cancel'])

const NEEDS: Record<NonNullable<RunSummary['attention']>, string> = {
  permission: 'asks for a permission',
  question: 'has a question',
  timeout: 'takes longer than it may',
  conflict: 'ran into a conflict',
  review: 'is ready for review',
}

/**
 * What to tell a person about a run that changed, or null.
 *
 * Only for a run that ended well, failed, or began to wait for a person; never for progress, for what belongs to a run, or for a run that somebody cancelled.
 *
 * @param before  the run as it was last seen; undefined for one that was not known yet
 */
export function noticeOf(before: RunSummary | undefined, after: RunSummary): Notice | null {
  if (CONTROL_OPS.has(after.op)) return null
  const ended = isEnded(after.status) && !(before && isEnded(before.status))
  if (ended && after.status === 'failed') {
    return { runId: after.id, title: `Failed: ${after.title}`, body: after.error?.message ?? after.message }
  }
  if (ended && after.status === 'succeeded') {
    return {
      runId: after.id,
      title: `Done: ${after.title}`,
      body: after.attention === null ? after.message : `It ${NEEDS[after.attention]}.`,
    }
  }
  // The review of a run that ended is no news: its end was told. Anything else it needs, a conflict say, is.
  const isNews = after.attention !== null && after.attention !== before?.attention && after.status !== 'cancelled'
  if (isNews && after.attention !== null && !(isEnded(after.status) && after.attention === 'review')) {
    return { runId: after.id, title: `Needs you: ${after.title}`, body: `It ${NEEDS[after.attention]}.` }
  }
  return null
}
