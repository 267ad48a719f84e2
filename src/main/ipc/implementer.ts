import { implement } from '@orpc/server'
import { contract } from '../../shared/contract/index.ts'
import type { CallContext } from './principal.ts'

/** Builds handlers for the contract; a handler that does not fit its schemas does not compile. */
export const implementer = implement(contract).$context<CallContext>()
export type Implementer = typeof implementer
