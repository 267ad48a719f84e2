import { CircleAlert, CircleCheck, CircleSlash, RotateCw, ScrollText } from 'lucide-react'
import { Button } from '../../../components/index.ts'
import { actsOnRun, endedWords, formatDuration, formatMoney, formatTimestamp } from '../../../format/index.ts'
import { adviceFor, attemptWords, stateWords } from '../data/words.ts'
import { useScene } from './context.ts'
import './ending-row.css'

/** How the run ended, and what can be done about it. Cancelled is quiet, never red. */
export function EndingRow() {
  const { run, actions, busy } = useScene()
  const took = run.startedAt !== null && run.endedAt !== null ? formatDuration(run.endedAt - run.startedAt) : null
  const facts = [endedWords(run), took && `after ${took}`, run.status === 'failed' && attemptWords(run), formatMoney(run.cost)]
    .filter(Boolean)
    .join(' · ')
  if (run.status !== 'failed') {
    const done = run.status === 'succeeded'
    return (
      <div className={done ? 'talk-end done' : 'talk-end'} title={run.endedAt === null ? undefined : formatTimestamp(run.endedAt)}>
        {done ? <CircleCheck /> : <CircleSlash />}
        <span>
          <b>{done ? (actsOnRun(run.op) && run.message) || 'Done' : run.message || 'Cancelled'}</b> {facts}
        </span>
        {!done && (
          <Button size="s" icon={<RotateCw />} busy={busy.has('retry')} onClick={actions.retry}>
            Retry
          </Button>
        )}
      </div>
    )
  }
  const advice = adviceFor(run.error, run.outcome, run.reconnect)
  return (
    <section className="talk-end failed" aria-label="How it ended">
      <CircleAlert />
      <div>
        <p>
          <b>{stateWords({ ...run, attention: null }, null, 0)}</b>
          <span className="faint">{facts}</span>
        </p>
        <p className="talk-end-why">{run.error?.message ?? run.message}</p>
        {advice && <p className="faint">{advice}</p>}
        <div className="ask-buttons">
          <Button variant="primary" icon={<RotateCw />} busy={busy.has('retry')} onClick={actions.retry}>
            Retry
          </Button>
          <Button icon={<ScrollText />} onClick={actions.openLog}>
            Open log
          </Button>
          {!run.dismissed && (
            <Button variant="quiet" busy={busy.has('dismiss')} onClick={actions.dismiss}>
              Dismiss
            </Button>
          )}
        </div>
      </div>
    </section>
  )
}
