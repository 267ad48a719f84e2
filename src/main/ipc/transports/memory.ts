import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import type { Contract } from '../../../shared/contract/index.ts'
import type { Logger } from '../../platform/index.ts'
import { createCallGuard } from '../call-guard.ts'
import { type CallContext, OPERATOR } from '../principal.ts'
import type { AppRouter } from '../router.ts'

/** Calls the router in this process, with the same checks and errors as through any other door. Values are handed over, not copied. */
export function createMemoryClient(router: AppRouter, logger: Logger, context: CallContext = OPERATOR): ContractRouterClient<Contract> {
  const guard = createCallGuard(logger)
  return createRouterClient(router, { context, interceptors: [guard.call] })
}
