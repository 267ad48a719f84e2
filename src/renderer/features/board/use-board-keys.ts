import { useLocation } from 'wouter'
import { LANE_NAMES } from '../../../shared/models/index.ts'
import { useHotkeys } from '../../components/index.ts'
import { canCancel, canRetry } from '../../format/index.ts'
import { cancelRun, focusRun, retryRun, useLive, useUi } from '../../stores/index.ts'
import { shownProject } from './use-shown-project.ts'

/** Shown runs, lane by lane. */
function columns(): string[][] {
  const { board, runs } = useLive.getState()
  const projectId = shownProject()
  return LANE_NAMES.map((lane) => board.lanes[lane].filter((id) => !projectId || runs.get(id)?.projectId === projectId))
}

/** Moves the marked card: `down` within its lane, `right` over lanes that have cards, at the same height. */
function step(down: number, right: number): void {
  const lanes = columns().filter((lane) => lane.length > 0)
  if (lanes.length === 0) return
  const { runId } = useUi.getState()
  const at = lanes.findIndex((lane) => runId !== null && lane.includes(runId))
  if (at < 0) {
    focusRun(lanes[0]![0]!)
    return
  }
  const row = lanes[at]!.indexOf(runId!)
  const lane = lanes[Math.max(0, Math.min(lanes.length - 1, at + right))]!
  focusRun(lane[Math.max(0, Math.min(lane.length - 1, row + down))]!)
}

/** j, k, h, l and the arrows move the mark; Enter opens, c cancels, r retries what is marked. */
export function useBoardKeys(): void {
  const [, navigate] = useLocation()
  const marked = () => useLive.getState().runs.get(useUi.getState().runId ?? '')
  useHotkeys({
    j: () => step(1, 0),
    k: () => step(-1, 0),
    h: () => step(0, -1),
    l: () => step(0, 1),
    enter: (event) => {
      const run = marked()
      // A focused link or button keeps its own Enter.
      if (run && !(event.target as HTMLElement).closest('a, button')) navigate(`/runs/${run.id}`)
    },
    c: () => {
      const run = marked()
      if (run && canCancel(run)) void cancelRun(run.id)
    },
    r: () => {
      const run = marked()
      if (run && canRetry(run)) void retryRun(run.id)
    },
    escape: () => focusRun(null),
  })
}
