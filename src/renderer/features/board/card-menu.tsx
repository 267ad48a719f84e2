import { ArrowUpToLine, Ban, Columns3, Copy, CornerDownLeft, EyeOff, MoreHorizontal, RotateCw, Skull, Zap } from 'lucide-react'
import { useLocation } from 'wouter'
import { LANE_NAMES, type RunSummary } from '../../../shared/models/index.ts'
import { IconButton, Menu, type MenuEntry } from '../../components/index.ts'
import { canCancel, canKill, canMove, canRetry } from '../../format/index.ts'
import { cancelRun, dismissRun, focusRun, killRun, moveRun, retryRun, useLive } from '../../stores/index.ts'

/** Everything that can be done with a run, by keyboard too: what dragging does stands here as well. */
export function CardMenu({ run }: { run: RunSummary }) {
  const [, navigate] = useLocation()
  const items = (): MenuEntry[] => [
    { label: 'Open', icon: <CornerDownLeft />, shortcut: 'Enter', onSelect: () => navigate(`/runs/${run.id}`) },
    canRetry(run) && { label: 'Retry', icon: <RotateCw />, shortcut: 'R', onSelect: () => void retryRun(run.id) },
    run.status === 'failed' && !run.dismissed && { label: 'Dismiss', icon: <EyeOff />, onSelect: () => void dismissRun(run.id) },
    canMove(run) && { label: 'Run first', icon: <ArrowUpToLine />, onSelect: () => void moveRun(run.id, { priority: firstPlace(run) }) },
    ...(canMove(run) ? laneItems(run) : []),
    'line',
    { label: 'Copy the id', icon: <Copy />, onSelect: () => void navigator.clipboard?.writeText(run.id) },
    canCancel(run) && { label: 'Cancel', icon: <Ban />, shortcut: 'C', danger: true, onSelect: () => void cancelRun(run.id) },
    canKill(run) && { label: 'Kill', icon: <Skull />, danger: true, onSelect: () => void killRun(run.id) },
    canKill(run) && { label: 'Kill now', icon: <Zap />, danger: true, onSelect: () => void killRun(run.id, 'SIGKILL') },
  ]
  return (
    <Menu
      label={`Actions of ${run.title}`}
      items={items}
      trigger={
        <IconButton
          size="s"
          className="card-hover"
          tooltip={false}
          label={`Actions of ${run.title}`}
          icon={<MoreHorizontal />}
          onClick={() => focusRun(run.id)}
        />
      }
    />
  )
}

const laneItems = (run: RunSummary): MenuEntry[] => [
  { heading: 'Move to' },
  ...LANE_NAMES.filter((lane) => lane !== run.lane).map((lane) => ({
    label: `Lane ${lane}`,
    icon: <Columns3 />,
    onSelect: () => void moveRun(run.id, { lane }),
  })),
]

/** A priority before every run that waits in the lane. */
function firstPlace(run: RunSummary): number {
  const { board, runs } = useLive.getState()
  let first = run.priority
  for (const id of board.lanes[run.lane]) {
    const other = runs.get(id)
    if (other && other.id !== run.id && canMove(other)) first = Math.min(first, other.priority - 1)
  }
  return Math.max(-1_000_000, first)
}
