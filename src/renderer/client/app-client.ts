import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../shared/contract/index.ts'

/** Every call and stream of the contract, typed. Failures of the host are `ORPCError`s with the code, sentence and data of its `AppError`. */
export type AppClient = ContractRouterClient<Contract>
