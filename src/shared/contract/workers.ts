import { oc } from '@orpc/contract'
import { z } from 'zod'
import { WorkerStatus } from '../models/index.ts'

export const workersContract = {
  list: oc
    .route({ method: 'GET', path: '/workers', summary: 'What the host keeps going, and what executes runs' })
    .output(z.object({ workers: z.array(WorkerStatus) })),
  /** Closes the breaker of a supervised worker, forgets its crashes, and starts it now if it was waiting. */
  reset: oc
    .route({ method: 'POST', path: '/workers.reset' })
    .input(z.object({ name: z.string().min(1).max(200) }))
    .output(WorkerStatus),
}
