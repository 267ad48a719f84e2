import { X } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import type { InboxItem, RunSummary } from '../../../shared/models/index.ts'
import { CANCELLABLE_AFTER_MS } from '../../../shared/models/index.ts'
import { Button, IconButton, RelativeTime, Tag, useElapsed } from '../../components/index.ts'
import { formatMoney, runGroup, runTone, runWord } from '../../format/index.ts'
import { cancelRun, dismissRun, replyPermission, retryRun, useLive, usePending } from '../../stores/index.ts'
import './card-foot.css'
import { canCancel } from './run-verbs.ts'

/** The last line of a card: state in words, project, cost, and what can be done right here. */
export function CardFoot({ run, project, next }: { run: RunSummary; project: string | null; next: boolean }) {
  const group = runGroup(run)
  const cost = formatMoney(run.cost)
  return (
    <div className="card-foot">
      {(group === 'need' || group === 'failed' || run.status === 'cancelled' || run.status === 'cancelling') && (
        <Tag tone={runTone(run)}>
          {runWord(run)}
          {group === 'failed' && run.maxAttempts > 1 && ` ${run.attempt}/${run.maxAttempts}`}
        </Tag>
      )}
      {group === 'running' && run.attempt > 1 && <Tag>attempt {run.attempt}</Tag>}
      <span className="truncate">{project ?? run.op}</span>
      {group === 'queued' && <Waits run={run} next={next} />}
      <span className="card-end">
        {cost && group !== 'need' && group !== 'failed' && <span className="num card-cost">{cost}</span>}
        <Actions run={run} />
      </span>
    </div>
  )
}

/** Why it waits, as far as it can be known. */
function Waits({ run, next }: { run: RunSummary; next: boolean }) {
  if (run.status === 'scheduled')
    return (
      <span className="card-waits">
        <RelativeTime at={run.runAt} />
      </span>
    )
  if (run.attempt > 0) return <span className="card-waits">attempt {run.attempt + 1}</span>
  return next ? <span className="card-waits">next</span> : null
}

function Actions({ run }: { run: RunSummary }) {
  const [, navigate] = useLocation()
  const item = useLive((s) => (run.attention ? findItem(s.inbox, run.id) : undefined))
  const look = () => navigate(`/runs/${run.id}`)
  switch (runGroup(run)) {
    case 'need':
      return (
        <>
          {item?.kind === 'permission' && <Allow item={item} />}
          <Button size="s" variant={item?.kind === 'permission' ? 'quiet' : 'default'} onClick={look}>
            {item?.kind === 'question' ? 'Answer' : 'Look'}
          </Button>
        </>
      )
    case 'failed':
      return <Failed run={run} />
    case 'running':
      return <Cancel run={run} />
    default:
      return null
  }
}

function Allow({ item }: { item: InboxItem }) {
  const busy = usePending(`inbox.reply:${item.id}`)
  return (
    <Button size="s" busy={busy} title={item.title} onClick={() => replyPermission(item, 'once')}>
      Allow
    </Button>
  )
}

function Failed({ run }: { run: RunSummary }) {
  const retrying = usePending(`runs.retry:${run.id}`)
  const dismissing = usePending(`runs.dismiss:${run.id}`)
  return (
    <>
      <Button size="s" busy={retrying} onClick={() => retryRun(run.id)}>
        Retry
      </Button>
      <Link href={`/runs/${run.id}`} className="card-log">
        Log
      </Link>
      <IconButton size="s" label="Dismiss" icon={<X />} busy={dismissing} onClick={() => dismissRun(run.id)} />
    </>
  )
}

/** Offered once the run has been at it for a while: before that it is gone sooner than it is read. */
function Cancel({ run }: { run: RunSummary }) {
  const ripe = useElapsed(run.startedAt, CANCELLABLE_AFTER_MS)
  const busy = usePending(`runs.cancel:${run.id}`)
  if (!ripe || !canCancel(run)) return null
  return (
    <Button size="s" variant="danger" className="card-hover" busy={busy} onClick={() => cancelRun(run.id)}>
      Cancel
    </Button>
  )
}

function findItem(inbox: ReadonlyMap<string, InboxItem>, runId: string): InboxItem | undefined {
  for (const item of inbox.values()) if (item.runId === runId) return item
  return undefined
}
