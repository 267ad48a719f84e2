import { type Mark, takeSnapshot } from './process-snapshot.ts'
import type { ProcessIdentity } from './process-table.ts'

/** Carried by every child process of a host; its value is the host's instance id. */
export const INSTANCE_MARK = 'CONTROLROOM_INSTANCE'

/**
 * Finds the running processes that were started with an environment variable of this value.
 *
 * It finds what left its group, session and parent (`setsid`, double fork), but not what cleaned its environment. This process is never among them.
 * Other users' processes cannot be read; on macOS neither can the system's own programs; on Windows nothing is found.
 */
export const findMarked = (mark: Mark): ProcessIdentity[] =>
  takeSnapshot()
    .marked(mark)
    .filter(({ pid }) => pid > 1 && pid !== process.pid)
    .map(({ pid, startTime }) => ({ pid, startTime }))
