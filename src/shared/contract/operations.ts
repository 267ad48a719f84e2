import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Operation } from '../models/index.ts'

const ById = z.object({ operationId: z.string().min(1) })

export const operationsContract = {
  list: oc.route({ method: 'GET', path: '/operations' }).output(z.object({ operations: z.array(Operation), history: z.array(Operation) })),
  cancel: oc.route({ method: 'POST', path: '/operations.cancel' }).input(ById).output(Operation),
  /** Starts a new operation with `retryOf`; for an operation of a run, retries the run. */
  retry: oc.route({ method: 'POST', path: '/operations.retry' }).input(ById).output(Operation.nullable()),
  dismiss: oc.route({ method: 'POST', path: '/operations.dismiss' }).input(ById).output(Operation),
}
