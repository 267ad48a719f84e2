import { memo } from 'react'
import { Link } from 'wouter'
import type { RunSummary } from '../../../shared/models/index.ts'
import { classes, ProgressBar, RelativeTime, RunClock, StatusDot, useElapsed } from '../../components/index.ts'
import { canMove, endedWords, isLate, runGroup, runTone, runWord, stoppingHow } from '../../format/index.ts'
import { focusRun, useLive, useUi } from '../../stores/index.ts'
import { AwaitedLine } from './awaited-line.tsx'
import { CardFoot } from './card-foot.tsx'
import { CardMenu } from './card-menu.tsx'
import { carryRun } from './drag.ts'
import './run-card.css'

/** Three heartbeats missed, in milliseconds. */
const LATE_MS = 45_000

/** The card of a run. Subscribes to its own run and to nothing else that changes often. */
export const RunCard = memo(function RunCard({ id, next }: { id: string; next: boolean }) {
  const run = useLive((s) => s.runs.get(id))
  const project = useLive((s) => (run?.projectId ? s.projects.get(run.projectId)?.name : undefined))
  const marked = useUi((s) => s.runId === id)
  return run ? <Card run={run} project={project ?? null} marked={marked} next={next} /> : null
})

interface CardProps {
  readonly run: RunSummary
  readonly project: string | null
  readonly marked: boolean
  readonly next: boolean
}

function Card({ run, project, marked, next }: CardProps) {
  const group = runGroup(run)
  const movable = canMove(run)
  const alive = run.status === 'running' || run.status === 'cancelling'
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press marks the card, as j and k do; the title is the link
    <article
      className={classes('card', group, marked && 'marked', run.status === 'cancelling' && 'stopping')}
      draggable={movable}
      onDragStart={(event) => carryRun(event, run.id)}
      onClick={() => focusRun(run.id)}
    >
      <div className="card-title">
        <Dot run={run} />
        <Link href={`/runs/${run.id}`} className="clamp-2" title={run.title} draggable={false}>
          {run.title}
        </Link>
        <span className="card-corner">
          <CardTime run={run} />
          <CardMenu run={run} />
        </span>
      </div>
      {alive && !(group === 'need' && run.progress < 0) && (
        <ProgressBar
          value={run.progress}
          tone={group === 'need' || isLate(run) ? 'need' : run.status === 'cancelling' ? 'idle' : 'run'}
          label={`Progress of ${run.title}`}
        />
      )}
      {run.status === 'awaiting_reconnect' ? <AwaitedLine run={run} /> : <CardLine run={run} />}
      <CardFoot run={run} project={project} next={next} />
    </article>
  )
}

/** State and heartbeat: beats with each sign of life, hollow when it is late. */
function Dot({ run }: { run: RunSummary }) {
  const alive = run.status === 'running' || run.status === 'cancelling'
  const late = useElapsed(alive ? run.heartbeatAt : null, LATE_MS)
  return (
    <StatusDot
      tone={runTone(run)}
      hollow={late}
      beat={alive ? run.heartbeatAt : null}
      label={late ? 'No sign of life for a while' : runWord(run)}
    />
  )
}

function CardTime({ run }: { run: RunSummary }) {
  if (run.endedAt !== null)
    return (
      <span className="card-time">
        <RelativeTime at={run.endedAt} short />
      </span>
    )
  if (run.startedAt !== null && run.status !== 'queued' && run.status !== 'scheduled')
    return (
      <span className="card-time">
        <RunClock run={run} />
      </span>
    )
  return null
}

/** One line on what it does or why it ended. Waiting runs have nothing to say. */
function CardLine({ run }: { run: RunSummary }) {
  const how = stoppingHow(run) ?? (run.status === 'cancelled' ? endedWords(run) : null)
  // What the core says of an ending repeats the word on the tag, but for the reason that someone gave.
  const said = how === null ? run.message : run.message.replace(/^(Killed|Cancelled)(: )?|^(being killed|cancelling)$/, '')
  const text = run.status === 'failed' ? (run.error?.message ?? said) : [how, said].filter(Boolean).join(' · ')
  if (!text || run.status === 'queued' || run.status === 'scheduled') return null
  return (
    <p className={classes('card-line truncate', how === null && 'mono')} title={text}>
      {text}
    </p>
  )
}
