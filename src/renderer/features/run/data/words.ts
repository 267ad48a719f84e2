import { isEnded, type Outcome, type Reconnect, type Run, type RunError, type RunSummary } from '../../../../shared/models/index.ts'
import { formatLeft, formatRelative, outcomeWords, plural, runWord } from '../../../format/index.ts'

/** Where a waiting run stands. `before` counts the runs that its lane takes first. */
export interface QueuePlace {
  readonly before: number
  readonly lanePaused: boolean
}

const NEEDS: Record<NonNullable<Run['attention']>, string> = {
  permission: 'waits for you: permission',
  question: 'waits for you: question',
  timeout: 'out of time: wait longer, or kill it?',
  conflict: 'waits for you: conflict',
  review: 'waits for your review',
}

/** The attempt in words: nothing for the only one, `attempt 2 of 3`, or `attempt 4` once a person went on beyond the count. */
export const attemptWords = (run: Pick<RunSummary, 'attempt' | 'maxAttempts' | 'lost'>, n: number = run.attempt): string => {
  if (n <= 1 && run.maxAttempts <= 1) return ''
  return n <= run.maxAttempts ? `attempt ${Math.max(1, n)} of ${run.maxAttempts}` : `attempt ${n}`
}

/** The state of a run in words, for its head. */
export const stateWords = (run: RunSummary, place: QueuePlace | null, now: number): string => {
  if (run.attention !== null && !isEnded(run.status) && run.status !== 'cancelling') return NEEDS[run.attention]
  switch (run.status) {
    case 'scheduled':
      return run.attempt > 0 ? `tried again ${formatRelative(run.runAt, now)}` : `starts ${formatRelative(run.runAt, now)}`
    case 'queued':
      if (place?.lanePaused) return `lane ${run.lane} is paused`
      return place === null ? 'queued' : place.before === 0 ? `next in lane ${run.lane}` : `queued, ${place.before} before it`
    case 'running':
    case 'cancelling':
      return runWord(run)
    case 'awaiting_reconnect':
      return 'waits for its target to come back'
    case 'succeeded':
      return run.attention === 'review' ? NEEDS.review : 'done'
    default:
      return run.outcome === null ? run.status : outcomeWords(run.outcome)
  }
}

/** One sentence on why a waiting run waits. */
export const waitingWords = (run: RunSummary, place: QueuePlace | null, now: number): string => {
  if (run.status === 'scheduled')
    return run.attempt > 0 ? `It is tried again ${formatRelative(run.runAt, now)}.` : `It starts ${formatRelative(run.runAt, now)}.`
  if (place?.lanePaused) return `Lane ${run.lane} is paused. Resume it on the board to let this run start.`
  if (place === null) return `It waits in lane ${run.lane}.`
  return place.before === 0
    ? `It is the next one in lane ${run.lane}.`
    : `It waits in lane ${run.lane}, ${plural(place.before, 'run')} before it.`
}

/** Whom a run waits for, as what, and how long it still does. */
export const reconnectWords = (reconnect: Reconnect, now: number): string => {
  const { oldBuild, expectedBuild } = reconnect
  const same = oldBuild.version === expectedBuild.version && oldBuild.contentHash === expectedBuild.contentHash
  const as = same ? 'started anew' : `as ${expectedBuild.version || 'the new program'}`
  return `Waits for ${reconnect.workerId} to come back ${as}: ${formatLeft(reconnect.deadline, now)}.`
}

/** What a person can do about a failure. Empty where Retry says it all. */
export const adviceFor = (error: RunError | null, outcome: Outcome | null, target: Reconnect | null = null): string => {
  switch (error?.code) {
    case 'UNAUTHORIZED':
    case 'PROVIDER_AUTH':
      return 'Check the provider’s key in your OpenCode configuration, then retry.'
    case 'FORBIDDEN':
      return 'Trust the project first, then retry.'
    case 'EXIT_CODE':
      return 'The end of its output says why. Change the command or the files, then retry.'
  }
  switch (outcome) {
    case 'timed_out':
      if (target) return 'What it waited for did not come back in time. Look whether it runs before you retry.'
      return 'Retry goes on in the same worktree; give the step a longer limit if the work is large.'
    case 'lease_lost':
    case 'interrupted':
      return 'Its work is in the worktree. Retry goes on from there.'
    case 'validation_failed':
      return 'Nothing was run. Correct what it names, then retry; or queue another run.'
    case 'post_check_failed':
      return 'The command ended, but what it was to bring about is not so. Look at the log before you retry.'
    case 'stale_binary':
      return 'It was started again, but still runs the old program. Look whether the new one was put in place, then retry.'
    case 'suspicious':
      return 'Nobody can say whether it was started anew. Look at it before you retry.'
    default:
      return error?.retryable === false ? 'Trying again as it is will not help: say something to the agent, or queue a new run.' : ''
  }
}

/** Whether something can be said to the agent of a run now: why not, or else what becomes of it. */
export const composerState = (run: Run): { closed: string | null; hint: string } => {
  const closed = (why: string): { closed: string; hint: string } => ({ closed: why, hint: '' })
  if (!run.steps.some((step) => step.op === 'agent')) return closed('This run has no agent to talk to.')
  if (run.status === 'cancelling')
    return closed(
      run.cancelMode === 'kill'
        ? 'It is being killed.'
        : run.cancelMode === 'timeout'
          ? 'Its time is over, and it is being ended.'
          : 'It is stopping.',
    )
  if (run.status === 'queued' || run.status === 'scheduled')
    return closed(run.attempt === 0 ? 'You can talk to it once it has started.' : 'You can talk to it once its next try has started.')
  if (run.sessionId === null) return closed(isEnded(run.status) ? 'Its agent never started. Retry it instead.' : 'Its agent is starting.')
  return {
    closed: null,
    hint: isEnded(run.status) ? 'Goes on with the run, in the same session and worktree' : 'It hears this after its current turn',
  }
}
