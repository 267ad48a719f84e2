import type { Activity } from './activity.ts'

/** What the tray's image says, the most urgent first. */
export const TRAY_STATES = ['error', 'needs-you', 'running', 'idle'] as const
export type TrayState = (typeof TRAY_STATES)[number]

/** Where a menu entry leads: a screen of the window by its path, or the end of the app. */
export type TrayAction = { readonly open: string } | 'show' | 'new-run' | 'quit'

export type TrayItem =
  | { readonly type: 'separator' }
  | { readonly type: 'label'; readonly label: string }
  | { readonly type: 'action'; readonly label: string; readonly action: TrayAction }

/** Everything the tray shows. `progress` is the ring: 0 to 1, -1 for "working, cannot say how far", null for no ring. */
export interface TrayModel {
  readonly state: TrayState
  readonly progress: number | null
  readonly toolTip: string
  readonly items: readonly TrayItem[]
}

/** More lines than this make a menu that does not fit on a small screen. */
const MAX_LISTED = 10
const MAX_NAME = 48

/**
 * Turns the activity into what the tray shows.
 *
 * The image follows the order error, needs you, running, idle; ring and menu tell the rest, so that nothing is hidden by the most urgent.
 */
export function trayModel(activity: Activity): TrayModel {
  const { active, failed, needsYou, degraded } = activity
  const state: TrayState = failed > 0 || degraded ? 'error' : needsYou > 0 ? 'needs-you' : active.length > 0 ? 'running' : 'idle'
  const items: TrayItem[] = [
    { type: 'label', label: active.length === 0 ? 'Nothing is running' : `${countOf(active.length, 'operation')} active` },
  ]
  for (const operation of active.slice(0, MAX_LISTED)) {
    const label = operation.progress < 0 ? shorten(operation.name) : `${shorten(operation.name)}: ${percent(operation.progress)}`
    items.push({ type: 'action', label, action: { open: operation.runId === null ? '/operations' : `/runs/${operation.runId}` } })
  }
  if (active.length > MAX_LISTED) {
    items.push({ type: 'action', label: `and ${active.length - MAX_LISTED} more`, action: { open: '/operations' } })
  }
  if (needsYou > 0 || failed > 0 || degraded) items.push({ type: 'separator' })
  if (needsYou > 0) items.push({ type: 'action', label: waitingText(needsYou), action: { open: '/inbox' } })
  if (failed > 0) items.push({ type: 'action', label: `${failed} failed`, action: { open: '/operations' } })
  if (degraded) items.push({ type: 'action', label: 'Some of the host is not working', action: { open: '/workers' } })
  items.push(
    { type: 'separator' },
    { type: 'action', label: 'Open', action: 'show' },
    { type: 'action', label: 'New run', action: 'new-run' },
    { type: 'separator' },
    { type: 'action', label: 'Quit', action: 'quit' },
  )
  return { state, progress: active.length === 0 ? null : (meanProgress(activity) ?? -1), toolTip: toolTip(activity), items }
}

/**
 * What the taskbar or dock shows: the arguments of `setProgressBar`.
 *
 * The mean of every operation that knows how far it is; above 1 means indeterminate, below 0 takes the bar away.
 */
export function taskbarProgress(activity: Activity): {
  readonly value: number
  readonly mode: 'none' | 'normal' | 'indeterminate' | 'error'
} {
  if (activity.active.length === 0) return { value: -1, mode: 'none' }
  const mean = meanProgress(activity)
  if (mean === null) return { value: 2, mode: 'indeterminate' }
  return { value: mean, mode: activity.failed > 0 ? 'error' : 'normal' }
}

/** `1 run`, `3 runs`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Rounded down: 100 % is only ever shown for what is done. */
const percent = (progress: number): string => `${Math.floor(progress * 100)} %`

const shorten = (name: string): string => (name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 1).trimEnd()}…`)

const waitingText = (count: number): string => `${countOf(count, 'run')} ${count === 1 ? 'needs' : 'need'} you`

function meanProgress({ active }: Activity): number | null {
  const known = active.filter((operation) => operation.progress >= 0)
  return known.length === 0 ? null : known.reduce((sum, operation) => sum + operation.progress, 0) / known.length
}

function toolTip(activity: Activity): string {
  const mean = meanProgress(activity)
  const running = activity.active.length === 0 ? 'idle' : `${countOf(activity.active.length, 'operation')} active`
  const parts = [
    mean === null ? running : `${running}, ${percent(mean)}`,
    ...(activity.needsYou > 0 ? [waitingText(activity.needsYou)] : []),
    ...(activity.failed > 0 ? [`${activity.failed} failed`] : []),
    ...(activity.degraded ? ['degraded'] : []),
  ]
  return `Ops Control Room: ${parts.join(' · ')}`
}
