import type { EndedHow } from '../../shared/models/index.ts'
import { type Clock, killTree, type Logger } from '../platform/index.ts'
import type { DirectoryLink } from './link.ts'
import type { AgentTurn } from './port.ts'

/** How long an aborted session may take to fall idle. */
export const ABORT_LIMIT_MS = 4_000
const POLL_MS = 50
const COMMANDS_GRACE_MS = 2_000

/** Aborts a session and waits until it is idle, but not for ever. Rejects as the calls do. */
export async function abortSession(link: DirectoryLink, sessionId: string, clock: Clock): Promise<void> {
  const limit = clock.now() + ABORT_LIMIT_MS
  await Promise.race([link.abort(sessionId), pause(clock, ABORT_LIMIT_MS)])
  while (clock.now() < limit && (await link.status(sessionId)).type !== 'idle') await pause(clock, POLL_MS)
}

/** Ends what the commands of an attempt left in the background, where an abort does not reach. @returns what it took */
export async function endCommands(
  { runId, attemptId }: Pick<AgentTurn, 'runId' | 'attemptId'>,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<EndedHow> {
  const { how, survivors } = await killTree({ marker: { name: 'RUN_ATTEMPT_ID', value: attemptId } }, { clock, graceMs: COMMANDS_GRACE_MS })
  if (survivors.length === 0) return how === 'gone' ? 'cooperative' : how
  logger.error({ runId, survivors }, 'Commands of an agent could not be ended.')
  return 'fenced'
}

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve)
  })
