import type { Settings, SettingsPatch } from '../../shared/models/index.ts'

/** What a host must supply to the core. Each host (desktop, headless, tests) has its own implementation. */
export interface HostPorts {
  readonly settings: SettingsPort
  readonly clock: Clock
}

/** Persisted settings. `get` never throws: what does not parse falls back to its default. */
export interface SettingsPort {
  get(): Settings
  /** Stores a change and returns the whole. @throws AppError VALIDATION_FAILED */
  update(patch: SettingsPatch): Settings
}

/**
 * Time as the core sees it. Nothing else in the core calls `Date.now` or `setTimeout`, so that a test can move time by hand.
 *
 * Timers are hints: whoever waits for a moment compares `now()` with a stored absolute time when the timer fires.
 */
export interface Clock {
  /** UTC epoch milliseconds. */
  now(): number
  /** Calls `run` once after `ms`; the returned function takes it back. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void
}
