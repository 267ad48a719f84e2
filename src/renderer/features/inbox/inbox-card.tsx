import { memo } from 'react'
import { Link } from 'wouter'
import type { InboxItem } from '../../../shared/models/index.ts'
import { classes, RelativeTime, TimeoutAsk } from '../../components/index.ts'
import { PermissionAsk } from '../../components/permission-ask.tsx'
import { QuestionAsk } from '../../components/question-ask.tsx'
import { killRun, replyPermission, replyQuestion, useLive, usePending, waitLonger } from '../../stores/index.ts'

interface InboxCardProps {
  readonly id: string
  readonly marked: boolean
  readonly onMark: (id: string) => void
  /** Whether the line for a refusal is open. */
  readonly refusing: boolean
  readonly onRefuse: (id: string | null) => void
  /** Whether the question before a kill is open. */
  readonly sure: boolean
  readonly onSure: (id: string | null) => void
}

/** One request of an agent, with its answers. */
export const InboxCard = memo(function InboxCard({ id, marked, onMark, refusing, onRefuse, sure, onSure }: InboxCardProps) {
  const item = useLive((s) => s.inbox.get(id))
  const busy = usePending(`inbox.reply:${id}`)
  if (!item) return null
  return (
    <article className={classes('inbox-card', marked && 'marked')} onFocus={() => onMark(id)}>
      <Head item={item} />
      {item.kind === 'permission' ? (
        <PermissionAsk
          item={item}
          busy={busy}
          {...(marked ? { shortcut: 'A' } : {})}
          refusal={{ open: refusing, onOpen: (open) => onRefuse(open ? id : null), ...(marked ? { shortcut: 'R' } : {}) }}
          onReply={(reply, message) => void replyPermission(item, reply, message)}
        />
      ) : item.kind === 'timeout' ? (
        <OutOfTime item={item} marked={marked} sure={sure} onSure={onSure} />
      ) : (
        <QuestionAsk item={item} busy={busy} onReply={(answers) => void replyQuestion(item, answers)} />
      )}
    </article>
  )
})

function OutOfTime({ item, marked, sure, onSure }: Pick<InboxCardProps, 'marked' | 'sure' | 'onSure'> & { item: InboxItem }) {
  const { runId } = item
  const run = useLive((s) => s.runs.get(runId))
  const waiting = usePending(`runs.wait:${runId}`)
  const killing = usePending(`runs.kill:${runId}`)
  return (
    <TimeoutAsk
      run={run}
      title={item.title}
      waiting={waiting}
      killing={killing}
      keys={marked}
      asking={{ open: sure, onOpen: (open) => onSure(open ? item.id : null) }}
      onWait={(ms) => void waitLonger(runId, ms)}
      onKill={(signal) => void killRun(runId, signal)}
    />
  )
}

/** Whose request it is, and since when it waits. */
function Head({ item }: { item: InboxItem }) {
  const title = useLive((s) => s.runs.get(item.runId)?.title)
  const still = useLive((s) => Boolean(s.runs.get(item.runId)?.pausedAt))
  const project = useLive((s) => {
    const projectId = s.runs.get(item.runId)?.projectId
    return projectId ? s.projects.get(projectId)?.name : undefined
  })
  return (
    <div className="inbox-head">
      <Link href={`/runs/${item.runId}`} className="truncate">
        {title ?? item.runId}
      </Link>
      {project && <span className="truncate">{project}</span>}
      {still && <span className="inbox-still">its clock stands still</span>}
      <RelativeTime at={item.createdAt} />
    </div>
  )
}
