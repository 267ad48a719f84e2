import { gallery as newRun } from '../features/new-run/gallery.tsx'
import { gallery as run } from '../features/run/gallery.tsx'
import { gallery as runOp } from '../features/run-op/gallery.tsx'

/** Panels that are shown as the program shows them, from made-up data in the stores. */
export const ROUTES = {
  board: '/board',
  operations: '/operations',
  runs: '/runs',
  inbox: '/inbox',
  templates: '/templates',
  'spec-kit': '/spec-kit',
  projects: '/projects',
  workers: '/workers',
  settings: '/settings',
} as const

/** Panels that bring states of their own, since they show one thing in depth. */
export const OWN_STATES = { run: run.states, 'new-run': newRun.states, 'run-op': runOp.states } as const

export type Panel = keyof typeof ROUTES | keyof typeof OWN_STATES
export const PANELS = [...Object.keys(ROUTES), ...Object.keys(OWN_STATES)] as Panel[]

/**
 * `failed`: nothing could be had; `cut`: had once, then the line was cut; `refused`: connected, but every call is refused; `degraded`: a critical
 * worker crashed too often; `hung`: workers whose start or stop never ended; `limits`: runs that are late, out of time, being ended, or were.
 */
export const STATES = [
  'normal',
  'empty',
  'loading',
  'failed',
  'refused',
  'cut',
  'degraded',
  'hung',
  'limits',
  'thousand',
  'ten-thousand',
] as const
export type State = (typeof STATES)[number]

export interface Scene {
  readonly panel: Panel
  readonly state: State
  readonly theme: 'light' | 'dark'
  readonly live: boolean
}

const oneOf = <T extends string>(value: string | null, allowed: readonly T[], otherwise: T): T =>
  allowed.includes(value as T) ? (value as T) : otherwise

/** What the address asks for; what it does not say, or says wrong, is the normal board in the light theme. */
export const parseScene = (search: URLSearchParams): Scene => ({
  panel: oneOf(search.get('panel'), PANELS, 'board'),
  state: oneOf(search.get('state'), STATES, 'normal'),
  theme: oneOf(search.get('theme'), ['light', 'dark'], 'light'),
  live: search.get('live') === '1',
})
