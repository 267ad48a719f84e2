import { Ban, GitBranch, MoreHorizontal, RotateCw } from 'lucide-react'
import { useCallback } from 'react'
import { isEnded, isLive, type Run } from '../../../shared/models/index.ts'
import { Button, Duration, IconButton, Menu, type MenuEntry, ProgressBar, StatusDot, Tag, useNow } from '../../components/index.ts'
import { formatCount, formatMoney, formatTimestamp, runTone } from '../../format/index.ts'
import { attemptWords, type QueuePlace, stateWords } from './data/words.ts'
import type { UsageTotals } from './feed/conversation-items.ts'

export interface RunHeadProps {
  readonly run: Run
  readonly projectName: string | null
  /** Commit that the worktree started from. */
  readonly base: string | null
  readonly place: QueuePlace | null
  readonly usage: UsageTotals
  /** Names of the actions under way: `cancel`, `retry`, `dismiss`. */
  readonly busy: ReadonlySet<string>
  readonly onCancel: () => void
  readonly onRetry: () => void
  readonly onDismiss: () => void
  readonly onOpenLog: () => void
  readonly onCopyId: () => void
}

/** The state in words, looked at again each second: it may count down. */
function State({ run, place }: { run: Run; place: QueuePlace | null }) {
  const words = useNow(useCallback((now: number) => stateWords(run, place, now), [run, place]))
  return <Tag tone={runTone(run)}>{words}</Tag>
}

function Facts({ run, projectName, base, usage }: Pick<RunHeadProps, 'run' | 'projectName' | 'base' | 'usage'>) {
  const tokens = usage.input + usage.output + usage.reasoning + usage.cacheRead + usage.cacheWrite
  const cost = formatMoney(Math.max(run.cost, usage.cost))
  const attempt = attemptWords(run)
  return (
    <div className="run-facts">
      {projectName !== null && <span className="truncate">{projectName}</span>}
      {run.worktreeId !== null && (
        <span className="run-branch mono truncate" title={`${run.worktreeId}${base === null ? '' : ` from ${base}`}`}>
          <GitBranch />
          <span className="truncate">{run.worktreeId}</span>
          {base !== null && <span className="run-base">from {base.slice(0, 7)}</span>}
        </span>
      )}
      {run.model !== null && <span className="truncate">{run.model.split('/').slice(1).join('/') || run.model}</span>}
      {attempt !== '' && <span>{attempt}</span>}
      {run.startedAt !== null && (
        <span title={`started ${formatTimestamp(run.startedAt)}`}>
          <Duration from={run.startedAt} to={run.endedAt} />
        </span>
      )}
      {cost !== '' && (
        <span
          className="num"
          title={tokens > 0 ? `${formatCount(tokens)} tokens, ${formatCount(usage.output)} of them answered` : undefined}
        >
          {cost}
        </span>
      )}
    </div>
  )
}

/** What the run is, how it stands, and what can be done with it. */
export function RunHead(props: RunHeadProps) {
  const { run, place, busy, onCancel, onRetry, onDismiss, onOpenLog, onCopyId } = props
  const ended = isEnded(run.status)
  const canRetry = run.status === 'failed' || run.status === 'cancelled'
  const canDismiss = run.status === 'failed' && !run.dismissed
  // A run that waits is cancelled, one that works is stopped: what is stopped may take a moment.
  const stopWord = isLive(run.status) ? 'Stop' : 'Cancel'
  const more = (): MenuEntry[] => [
    { label: 'Open log', onSelect: onOpenLog },
    { label: 'Copy the run’s id', onSelect: onCopyId },
    canDismiss && { label: 'Dismiss', onSelect: onDismiss },
  ]
  return (
    <header className="run-head">
      <div className="run-title">
        <StatusDot tone={runTone(run)} beat={run.heartbeatAt} />
        <h1 title={run.title}>{run.title}</h1>
        <State run={run} place={place} />
        <div className="run-actions">
          {canRetry && (
            <Button variant="primary" icon={<RotateCw />} shortcut="R" busy={busy.has('retry')} onClick={onRetry}>
              Retry
            </Button>
          )}
          {canDismiss && (
            <Button busy={busy.has('dismiss')} onClick={onDismiss} className="run-wide">
              Dismiss
            </Button>
          )}
          {!ended && (
            <Button
              icon={<Ban />}
              shortcut="C"
              busy={busy.has('cancel') || run.status === 'cancelling'}
              onClick={onCancel}
              title={`${stopWord} the run. Its work is kept.`}
            >
              {stopWord}
            </Button>
          )}
          <Menu label="More about this run" items={more} trigger={<IconButton label="More" icon={<MoreHorizontal />} tooltip={false} />} />
        </div>
      </div>
      <Facts {...props} />
      {isLive(run.status) && <ProgressBar value={run.progress} tone={runTone(run)} label="Progress of the run" />}
    </header>
  )
}
