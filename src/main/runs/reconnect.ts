/**
 * What becomes of a run whose target had to restart, decided from values alone.
 *
 * Three layers are compared. The instance must be a new one: whoever kept it has not restarted. The build must be the expected one, version and content hash
 * alike; the old one means that the restart did not take the new program. The process must not have started before the old one did.
 */
import type { Build, Reconnect, Result, RunError } from '../../shared/models/index.ts'
import { fail, ok } from '../../shared/models/result.ts'
import type { AttemptEnding, Returned } from './store-port.ts'
import { createNote, type RunState, type Transition } from './transition.ts'

/** What the return of a target means for the run that waits for it. */
export interface ReconnectVerdict {
  readonly outcome: 'success' | 'stale_binary' | 'suspicious'
  readonly error: RunError | null
}

const isSame = (a: Build, b: Build): boolean => a.version === b.version && a.contentHash === b.contentHash
const buildName = ({ version, contentHash }: Build): string => `${version} (${contentHash.slice(0, 12)})`

/** Judges who came back. */
export const decideReconnect = (wanted: Reconnect, seen: Returned): ReconnectVerdict => {
  const failed = (outcome: 'stale_binary' | 'suspicious', message: string): ReconnectVerdict => ({
    outcome,
    error: { code: outcome.toUpperCase(), message, retryable: false },
  })
  if (seen.instanceId === wanted.oldInstanceId) {
    return failed('suspicious', `${wanted.workerId} came back as the very process that should have restarted.`)
  }
  if (seen.startedAt < wanted.oldStartedAt) {
    return failed(
      'suspicious',
      `${wanted.workerId} came back as a process that started before the old one did: its clock or its word is wrong.`,
    )
  }
  if (isSame(seen.build, wanted.expectedBuild)) return { outcome: 'success', error: null }
  if (isSame(seen.build, wanted.oldBuild)) {
    return failed('stale_binary', `${wanted.workerId} restarted, but still is the old build ${buildName(wanted.oldBuild)}.`)
  }
  return failed(
    'suspicious',
    `${wanted.workerId} came back as ${buildName(seen.build)}, which is neither the expected build nor the old one.`,
  )
}

/** The run waits from now on; what it waits for is kept with it. */
export const decideAwait = (run: RunState, reconnect: Reconnect): Result<Transition> => {
  if (run.status !== 'running') return fail('CONFLICT', `This run is ${run.status}, so it cannot wait for its target.`)
  return ok({
    changes: { status: 'awaiting_reconnect', attention: null, reconnect, message: `waits for ${reconnect.workerId} to come back` },
    steps: 'keep',
    notes: [
      createNote('run', `Waits for ${reconnect.workerId} to come back as ${buildName(reconnect.expectedBuild)}.`, {
        status: 'awaiting_reconnect',
        workerId: reconnect.workerId,
        deadline: reconnect.deadline,
      }),
    ],
  })
}

/** The ending of an attempt whose target came back. */
export const endingOfReturn = (wanted: Reconnect, seen: Returned, now: number): AttemptEnding => {
  const { outcome, error } = decideReconnect(wanted, seen)
  return { outcome, error, result: { workerId: wanted.workerId, instanceId: seen.instanceId, build: seen.build }, now, random: 0 }
}

/** The ending of an attempt whose target did not come back in time. The command is not sent again by itself. */
export const endingOfSilence = (wanted: Reconnect, now: number): AttemptEnding => ({
  outcome: 'timed_out',
  error: { code: 'TIMED_OUT', message: `${wanted.workerId} did not come back in time.`, retryable: false },
  now,
  random: 0,
})

/** What is noted when the target comes back after all. */
export const describeLateReturn = (wanted: Reconnect, seen: Returned): string => {
  const { outcome, error } = decideReconnect(wanted, seen)
  return outcome === 'success'
    ? `${wanted.workerId} came back after the deadline, as the expected build ${buildName(seen.build)}.`
    : `${error!.message} It was after the deadline.`
}
