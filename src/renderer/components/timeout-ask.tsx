import type { RunSummary } from '../../shared/models/index.ts'
import { formatDuration, stoppingWords } from '../format/index.ts'
import './ask.css'
import { RelativeTime } from './time.tsx'
import { TimeoutButtons, type TimeoutButtonsProps } from './timeout-buttons.tsx'

export interface TimeoutAskProps extends Omit<TimeoutButtonsProps, 'compact'> {
  /** What the question is about; undefined while only the question itself is known. */
  readonly run: Pick<RunSummary, 'status' | 'timedFrom' | 'timeoutAt' | 'cancelMode' | 'cancelSignal' | 'message'> | undefined
  readonly title: string
}

/** Asks a person about a step whose time is over. It goes on working while it is asked. */
export function TimeoutAsk({ run, title, ...buttons }: TimeoutAskProps) {
  const stopping = run && stoppingWords(run)
  const limit = run?.timedFrom != null && run.timeoutAt !== null ? formatDuration(run.timeoutAt - run.timedFrom) : null
  return (
    <section className="ask" aria-label={`Out of time: ${title}`}>
      <div className="ask-what">
        <b>Its time is over.</b>{' '}
        {limit !== null && run?.timeoutAt != null && (
          <>
            It reached its limit after <span className="num">{limit}</span>, <RelativeTime at={run.timeoutAt} />.{' '}
          </>
        )}
        {!stopping && (buttons.asking?.open ? KILL_WORDS : 'It goes on working until you decide.')}
      </div>
      {stopping ? <p className="faint">{stopping}</p> : <TimeoutButtons {...buttons} />}
    </section>
  )
}

const KILL_WORDS = 'Kill it? Its processes get SIGTERM, and what is left 5 seconds later SIGKILL. Its worktree is kept.'
