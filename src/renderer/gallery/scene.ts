export const ROUTES = {
  board: '/board',
  operations: '/operations',
  runs: '/runs',
  run: '/runs/run0001',
  inbox: '/inbox',
  templates: '/templates',
  'spec-kit': '/spec-kit',
  projects: '/projects',
  workers: '/workers',
  settings: '/settings',
} as const
export type Panel = keyof typeof ROUTES

/** `failed`: nothing could be had; `cut`: had once, then the line was cut; `refused`: connected, but every call is refused. */
export const STATES = ['normal', 'empty', 'loading', 'failed', 'refused', 'cut', 'thousand', 'ten-thousand'] as const
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
  panel: oneOf(search.get('panel'), Object.keys(ROUTES) as Panel[], 'board'),
  state: oneOf(search.get('state'), STATES, 'normal'),
  theme: oneOf(search.get('theme'), ['light', 'dark'], 'light'),
  live: search.get('live') === '1',
})
