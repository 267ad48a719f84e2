import { Ban, GitBranch, MoreHorizontal, RotateCw, Skull, Zap } from 'lucide-react'
import { useCallback } from 'react'
import { Link } from 'wouter'
import { isEnded, isLive, type KillSignal, type Run } from '../../../shared/models/index.ts'
import {
  Button,
  IconButton,
  LateTag,
  Menu,
  type MenuEntry,
  ProgressBar,
  RunClock,
  StatusDot,
  Tag,
  TimeLeft,
  useNow,
} from '../../components/index.ts'
import {
  actsOnRun,
  canKill,
  canRetry,
  endedWords,
  formatCount,
  formatMoney,
  formatTimestamp,
  isLate,
  opWord,
  runTone,
  standsStill,
  stoppingWords,
} from '../../format/index.ts'
import { attemptWords, type QueuePlace, reconnectWords, stateWords } from './data/words.ts'
import type { UsageTotals } from './feed/conversation-items.ts'

export interface RunHeadProps {
  readonly run: Run
  readonly projectName: string | null
  /** Commit that the worktree started from. */
  readonly base: string | null
  readonly place: QueuePlace | null
  readonly usage: UsageTotals
  /** Names of the actions under way: `cancel`, `kill`, `retry`, `dismiss`. */
  readonly busy: ReadonlySet<string>
  readonly onCancel: () => void
  readonly onKill: (signal: KillSignal) => void
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

/** Whom it waits for to come back, counting down. */
function Awaited({ reconnect }: { reconnect: NonNullable<Run['reconnect']> }) {
  const words = useNow(useCallback((now: number) => reconnectWords(reconnect, now), [reconnect]))
  return (
    <span className="run-time-fact num" title={`until ${formatTimestamp(reconnect.deadline)}`}>
      {words}
    </span>
  )
}

/** What there is to say about its time: that it stands still, how much is left, whom it waits for. */
function TimeFacts({ run }: { run: Run }) {
  const step = runningStep(run)
  if (run.status === 'awaiting_reconnect' && run.reconnect) return <Awaited reconnect={run.reconnect} />
  if (run.status !== 'running') return null
  if (standsStill(run)) return <span className="run-time-fact run-late">its clock stands still while it waits for you</span>
  if (!isLate(run) || run.timeoutAt === null || run.attention === 'timeout') return null
  return (
    <span className="run-time-fact run-late">
      <TimeLeft at={run.timeoutAt} />
      {step?.onTimeout === 'kill' ? ', then it is ended' : ', then you are asked'}
    </span>
  )
}

const runningStep = (run: Run) => run.steps.find((step) => step.status === 'running')

function Facts({ run, projectName, base, usage }: Pick<RunHeadProps, 'run' | 'projectName' | 'base' | 'usage'>) {
  const tokens = usage.input + usage.output + usage.reasoning + usage.cacheRead + usage.cacheWrite
  const cost = formatMoney(Math.max(run.cost, usage.cost))
  const attempt = attemptWords(run)
  const how = endedWords(run)
  return (
    <div className="run-facts">
      {run.op !== 'agent' && <span>{opWord(run.op)}</span>}
      {actsOnRun(run.op) && run.target !== null && <Link href={`/runs/${run.target}`}>the run it was for</Link>}
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
          <RunClock run={run} />
        </span>
      )}
      <TimeFacts run={run} />
      {stoppingWords(run) !== null && <span>{stoppingWords(run)}</span>}
      {how !== null && <span>{how}</span>}
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
  const { run, place, busy, onCancel, onKill, onRetry, onDismiss, onOpenLog, onCopyId } = props
  const ended = isEnded(run.status)
  const canDismiss = run.status === 'failed' && !run.dismissed
  // A run that waits is cancelled, one that works is stopped: what is stopped may take a moment.
  const stopWord = isLive(run.status) ? 'Stop' : 'Cancel'
  const more = (): MenuEntry[] => [
    { label: 'Open log', onSelect: onOpenLog },
    { label: 'Copy the run’s id', onSelect: onCopyId },
    canDismiss && { label: 'Dismiss', onSelect: onDismiss },
    canKill(run) && 'line',
    canKill(run) && { label: 'Kill', icon: <Skull />, danger: true, disabled: busy.has('kill'), onSelect: () => onKill('SIGTERM') },
    canKill(run) && { label: 'Kill now', icon: <Zap />, danger: true, disabled: busy.has('kill'), onSelect: () => onKill('SIGKILL') },
  ]
  return (
    <header className="run-head">
      <div className="run-title">
        <StatusDot tone={runTone(run)} beat={run.heartbeatAt} />
        <h1 title={run.title}>{run.title}</h1>
        <State run={run} place={place} />
        {run.attention !== 'timeout' && isLate(run) && <LateTag run={run} />}
        <div className="run-actions">
          {canRetry(run) && (
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
      {isLive(run.status) && <ProgressBar value={run.progress} tone={isLate(run) ? 'need' : runTone(run)} label="Progress of the run" />}
    </header>
  )
}
