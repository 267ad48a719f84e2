import { memo } from 'react'
import { Link } from 'wouter'
import { classes, RelativeTime, StatusDot } from '../../components/index.ts'
import { useLive } from '../../stores/index.ts'
import { AnswerPermission } from './answer-permission.tsx'
import { AnswerQuestions } from './answer-questions.tsx'

interface InboxCardProps {
  readonly id: string
  readonly marked: boolean
  readonly onMark: (id: string) => void
  /** Whether the line for a refusal is open. */
  readonly refusing: boolean
  readonly onRefuse: (id: string | null) => void
}

/** One request of an agent, with its answers. */
export const InboxCard = memo(function InboxCard({ id, marked, onMark, refusing, onRefuse }: InboxCardProps) {
  const item = useLive((s) => s.inbox.get(id))
  const title = useLive((s) => (item ? s.runs.get(item.runId)?.title : undefined))
  const project = useLive((s) => {
    const projectId = item && s.runs.get(item.runId)?.projectId
    return projectId ? s.projects.get(projectId)?.name : undefined
  })
  if (!item) return null
  const permission = item.kind === 'permission'
  return (
    <article className={classes('ask', marked && 'marked')} onFocus={() => onMark(id)}>
      <div className="ask-head">
        <StatusDot tone="need" label={item.kind} />
        <Link href={`/runs/${item.runId}`} className="truncate">
          {title ?? item.runId}
        </Link>
        {project && <span className="truncate">{project}</span>}
        <RelativeTime at={item.createdAt} />
      </div>
      <h2 className={permission ? 'ask-title command' : 'ask-title'}>{item.title}</h2>
      {permission ? <AnswerPermission item={item} refusing={refusing} onRefuse={onRefuse} /> : <AnswerQuestions item={item} />}
    </article>
  )
})
