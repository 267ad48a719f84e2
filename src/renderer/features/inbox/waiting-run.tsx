import { Link } from 'wouter'
import type { Attention } from '../../../shared/models/index.ts'
import { classes, RelativeTime, Tag } from '../../components/index.ts'
import { runWord } from '../../format/index.ts'
import { useLive } from '../../stores/index.ts'

const WHY: Record<Attention, string> = {
  permission: 'The agent asks for a permission.',
  question: 'The agent has a question.',
  timeout: 'It took longer than it should. Look whether to let it go on or to kill it.',
  conflict: 'Its changes clash with others.',
  review: 'It is done and waits for a look at what it changed.',
}

/** A run that waits for a person without having asked anything. */
export function WaitingRun({ id, marked }: { id: string; marked: boolean }) {
  const run = useLive((s) => s.runs.get(id))
  if (!run?.attention) return null
  return (
    <article className={classes('inbox-card', marked && 'marked')}>
      <div className="inbox-head">
        <Link href={`/runs/${id}`} className="truncate">
          {run.title}
        </Link>
        <Tag tone="need">{runWord(run)}</Tag>
        <RelativeTime at={run.endedAt ?? run.startedAt ?? run.createdAt} />
      </div>
      <p className="muted">{run.message || WHY[run.attention]}</p>
    </article>
  )
}
