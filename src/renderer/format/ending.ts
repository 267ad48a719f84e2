import type { EndedHow, Outcome, RunStatus, RunSummary } from '../../shared/models/index.ts'

const OUTCOME_WORDS: Record<Outcome, string> = {
  success: 'done',
  error: 'failed',
  validation_failed: 'refused before it started',
  timed_out: 'ran out of time',
  killed: 'killed',
  cancelled: 'cancelled',
  lease_lost: 'its worker was lost',
  post_check_failed: 'its check failed',
  stale_binary: 'the old program came back',
  suspicious: 'what came back is not what was expected',
  interrupted: 'interrupted',
}

/** Why a run, an attempt or a step ended, in plain words. */
export const outcomeWords = (outcome: Outcome): string => OUTCOME_WORDS[outcome]

const HOW_WORDS: Record<EndedHow, string> = {
  cooperative: 'stopped by itself',
  term: 'ended by SIGTERM',
  kill: 'ended by SIGKILL',
  fenced: 'given up: its lease was closed',
}

/** How what was told to stop came to its end. */
export const howWords = (how: EndedHow): string => HOW_WORDS[how]

/** The same of a run, for beside its state: null when nobody told it to stop. */
export const endedWords = ({ endedHow }: Pick<RunSummary, 'endedHow'>): string | null => (endedHow === null ? null : howWords(endedHow))

type Stopping = { readonly status: RunStatus } & Partial<Pick<RunSummary, 'cancelMode' | 'cancelSignal'>>

/** How a run is being ended, for beside its state; null for one that is not. What a kill leaves alive gets SIGKILL 5 seconds later. */
export function stoppingHow(run: Stopping): string | null {
  if (run.status !== 'cancelling') return null
  if (run.cancelMode === 'timeout') return 'its time is over'
  if (run.cancelMode !== 'kill') return 'it may end by itself first'
  const signal = run.cancelSignal ?? 'SIGTERM'
  return signal === 'SIGKILL' ? 'with SIGKILL' : `with ${signal}, then SIGKILL`
}

/** The same where nothing else says that it is being ended. */
export function stoppingWords(run: Stopping): string | null {
  const how = stoppingHow(run)
  return how === null ? null : `${run.cancelMode === 'kill' ? 'killing…' : 'stopping…'} ${how}`
}
