import { z } from 'zod'
import { Timestamp } from './common.ts'
import { LaneName } from './run.ts'

/** A column of the board. `queued` counts what waits in it, `running` what holds a place; `oldestQueuedAt` is since when the head waits. */
export const Lane = z
  .object({
    name: LaneName,
    limit: z.number().int().nonnegative(),
    paused: z.boolean(),
    queued: z.number().int().nonnegative(),
    running: z.number().int().nonnegative(),
    oldestQueuedAt: Timestamp.nullable(),
  })
  .readonly()
export type Lane = z.infer<typeof Lane>
