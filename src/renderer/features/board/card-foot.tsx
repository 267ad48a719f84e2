import { X } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import type { InboxItem, RunStatus, RunSummary } from '../../../shared/models/index.ts'
import { CANCELLABLE_AFTER_MS } from '../../../shared/models/index.ts'
import { Button, IconButton, LateTag, RelativeTime, Tag, TimeoutButtons, useElapsed } from '../../components/index.ts'
import { canCancel, formatMoney, isLate, opWord, runGroup, runTone, runWord } from '../../format/index.ts'
import { cancelRun, dismissRun, killRun, replyPermission, retryRun, useLive, usePending, waitLonger } from '../../stores/index.ts'
import './card-foot.css'

/** The last line of a card: state in words, project, cost, and what can be done right here. */
export function CardFoot({ run, project, next }: { run: RunSummary; project: string | null; next: boolean }) {
  const group = runGroup(run)
  const cost = formatMoney(run.cost)
  return (
    <div className="card-foot">
      {(group === 'need' || group === 'failed' || SAID.has(run.status)) && (
        <Tag tone={runTone(run)}>
          {runWord(run)}
          {group === 'failed' && run.maxAttempts > 1 && ` ${run.attempt}/${run.maxAttempts}`}
        </Tag>
      )}
      {group === 'running' && <LateTag run={run} />}
      {group === 'running' && run.attempt > 1 && !isLate(run) && <Tag>attempt {run.attempt}</Tag>}
      <span className="truncate">{[project, kindOf(run, project)].filter(Boolean).join(' · ')}</span>
      {group === 'queued' && <Waits run={run} next={next} />}
      <span className="card-end">
        {cost && group !== 'need' && group !== 'failed' && <span className="num card-cost">{cost}</span>}
        <Actions run={run} />
      </span>
    </div>
  )
}

/** What kind of work it is, where neither its title nor its being in a project tells: most of what is done in projects is done by agents. */
const kindOf = ({ op, title }: RunSummary, project: string | null): string | null =>
  (op === 'agent' && project !== null) || title.toLowerCase().startsWith(opWord(op).toLowerCase()) ? null : opWord(op)

/** States that neither the card's place nor its colour tells. */
const SAID: ReadonlySet<RunStatus> = new Set(['cancelled', 'cancelling', 'awaiting_reconnect'])

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
      if (run.attention === 'timeout') return <OutOfTime runId={run.id} />
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

function OutOfTime({ runId }: { runId: string }) {
  const waiting = usePending(`runs.wait:${runId}`)
  const killing = usePending(`runs.kill:${runId}`)
  return (
    <TimeoutButtons
      compact
      waiting={waiting}
      killing={killing}
      onWait={(ms) => void waitLonger(runId, ms)}
      onKill={(signal) => void killRun(runId, signal)}
    />
  )
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
