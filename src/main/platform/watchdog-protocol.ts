import { z } from 'zod'

const Identity = z.object({ pid: z.number().int(), startTime: z.string().nullable() })

/** One line from the host to its watchdog, as JSON. The end of the stream without `close` means that the host has died. */
export const WatchdogLine = z.union([z.object({ add: Identity }), z.object({ remove: Identity }), z.object({ close: z.literal(true) })])
export type WatchdogLine = z.infer<typeof WatchdogLine>
