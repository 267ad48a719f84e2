import type { Attention, Operation, Outcome, RunStatus, RunSummary } from '../../shared/models/index.ts'
import type { Tone } from '../components/tone.ts'

type State = Pick<RunSummary, 'status' | 'attention' | 'outcome' | 'dismissed'>
type Word = State & Partial<Pick<RunSummary, 'cancelMode' | 'timeoutStatus'>>

/** Where a run stands on a board: what needs a person comes first. */
export type RunGroup = 'need' | 'running' | 'failed' | 'queued' | 'ended'

/** The group of a run. A dismissed failure is an ending like any other; one that is being ended needs nobody any more. */
export function runGroup(run: State): RunGroup {
  if (run.attention && !run.dismissed && run.status !== 'cancelled' && run.status !== 'cancelling') return 'need'
  switch (run.status) {
    case 'running':
    case 'cancelling':
    case 'awaiting_reconnect':
      return 'running'
    case 'scheduled':
    case 'queued':
      return 'queued'
    case 'failed':
      return run.dismissed ? 'ended' : 'failed'
    default:
      return 'ended'
  }
}

const STATUS_TONE: Record<RunStatus, Tone> = {
  scheduled: 'idle',
  queued: 'idle',
  running: 'run',
  awaiting_reconnect: 'run',
  cancelling: 'idle',
  succeeded: 'ok',
  failed: 'fail',
  cancelled: 'idle',
}

/** Colour of a run. Cancelled is grey, never red. */
export const runTone = (run: State): Tone => (runGroup(run) === 'need' ? 'need' : STATUS_TONE[run.status])

const STATUS_WORD: Record<RunStatus, string> = {
  scheduled: 'scheduled',
  queued: 'queued',
  running: 'running',
  awaiting_reconnect: 'waits for target',
  cancelling: 'stopping',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
}
const ATTENTION_WORD: Record<Attention, string> = {
  permission: 'permission',
  question: 'question',
  timeout: 'out of time',
  conflict: 'conflict',
  review: 'review',
}
const OUTCOME_WORD: Partial<Record<Outcome, string>> = {
  validation_failed: 'refused',
  timed_out: 'timed out',
  killed: 'killed',
  lease_lost: 'worker lost',
  post_check_failed: 'check failed',
  stale_binary: 'old program',
  suspicious: 'unexpected',
  interrupted: 'interrupted',
}

/** One or two words for the state of a run: what it needs, else why it ended, else its status. */
export function runWord(run: Word): string {
  if (run.status === 'cancelling') return run.cancelMode === 'kill' ? 'killing…' : 'stopping…'
  if (runGroup(run) === 'need' && run.attention) return ATTENTION_WORD[run.attention]
  if (run.status === 'running' && run.timeoutStatus === 'timed_out') return ATTENTION_WORD.timeout
  return (run.outcome && (run.status === 'failed' || run.status === 'cancelled') && OUTCOME_WORD[run.outcome]) || STATUS_WORD[run.status]
}

/** Words for a status, as in filters. */
export const statusWord = (status: RunStatus): string => STATUS_WORD[status]

const OPERATION_TONE: Record<Operation['state'], Tone> = { active: 'run', completed: 'ok', failed: 'fail', cancelled: 'idle' }

/** Colour of an operation. Cancelled is grey, never red. */
export const operationTone = (operation: Pick<Operation, 'state'>): Tone => OPERATION_TONE[operation.state]
