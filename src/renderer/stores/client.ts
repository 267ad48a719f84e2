import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../shared/contract/index.ts'

/** Every call of the contract, typed. */
export type Client = ContractRouterClient<Contract>

let current: Client | null = null

/** Called once, before the first screen. */
export function setClient(client: Client | null): void {
  current = client
}

/** The client. Throws before `setClient`: a screen that has no core to talk to is a bug. */
export function getClient(): Client {
  if (!current) throw new Error('There is no connection to the core yet.')
  return current
}
