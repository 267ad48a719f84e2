import type { AppClient } from '../client/index.ts'

let current: AppClient | null = null

/** Called once, before the first screen. */
export function setClient(client: AppClient | null): void {
  current = client
}

/** The client. Throws before `setClient`: a screen that has no core to talk to is a bug. */
export function getClient(): AppClient {
  if (!current) throw new Error('There is no connection to the core yet.')
  return current
}
