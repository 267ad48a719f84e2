import { memo } from 'react'
import { Link } from 'wouter'
import type { RunSummary } from '../../../shared/models/index.ts'
import { classes, LateTag, RelativeTime, RunClock, StatusDot, Tag } from '../../components/index.ts'
import { endedWords, formatMoney, isLate, opWord, runTone, runWord, standsStill } from '../../format/index.ts'
import { useLive } from '../../stores/index.ts'

interface RunRowProps {
  /** As it was when listed; the live run of the same id is shown where there is one. */
  readonly listed: RunSummary
  readonly chosen: boolean
  readonly onChoose: (id: string, range: boolean) => void
}

/** One line of the table of runs. */
export const RunRow = memo(function RunRow({ listed, chosen, onChoose }: RunRowProps) {
  const run = useLive((s) => s.runs.get(listed.id)) ?? listed
  const project = useLive((s) => (run.projectId ? s.projects.get(run.projectId)?.name : undefined))
  const late = isLate(run) && !standsStill(run) && runTone(run) !== 'need'
  const how = endedWords(run)
  const waits = run.status === 'scheduled' || run.status === 'queued'
  return (
    <div className={classes('run-row', chosen && 'chosen')}>
      <label className="run-check">
        <input
          type="checkbox"
          checked={chosen}
          aria-label={`Choose ${run.title}`}
          onChange={() => {}}
          onClick={(event) => onChoose(run.id, event.shiftKey)}
        />
      </label>
      <StatusDot tone={runTone(run)} />
      <span className="run-name">
        <Link href={`/runs/${run.id}`} className="truncate run-title" title={run.title}>
          {run.title}
        </Link>
        {how && <span className="faint run-how">{how}</span>}
      </span>
      <span className="run-state">{late ? <LateTag run={run} /> : <Tag tone={runTone(run)}>{runWord(run)}</Tag>}</span>
      <span className="truncate faint run-project">{project ?? ''}</span>
      <span className="truncate faint run-op" title={run.template ?? opWord(run.op)}>
        {run.template ?? opWord(run.op)}
      </span>
      <span className="faint run-lane">{run.lane}</span>
      <span className="faint run-tries num">{run.attempt > 1 || run.maxAttempts > 1 ? `${run.attempt} of ${run.maxAttempts}` : ''}</span>
      <span className="faint run-time">{run.startedAt !== null && !waits && <RunClock run={run} />}</span>
      <span className="faint run-cost num">{formatMoney(run.cost)}</span>
      <span className="faint run-when">
        <RelativeTime at={run.createdAt} />
      </span>
    </div>
  )
})
