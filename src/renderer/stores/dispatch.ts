import { navigate } from 'wouter/use-hash-location'
import type { Dispatch, DispatchedRun } from '../../shared/contract/index.ts'
import { getClient } from './client.ts'
import { newKey } from './new-key.ts'
import { perform } from './perform.ts'
import { toast } from './toasts.ts'

/** Says what came of a dispatch, with a way to the runs. A control op may have been refused for one of several targets. */
export function tellDispatched(title: string, runs: readonly DispatchedRun[]): void {
  const [first] = runs
  if (!first) return
  const refused = runs.filter(({ status }) => status === 'failed').length
  const action = { label: 'Open', onPress: () => navigate(runs.length === 1 ? `/runs/${first.id}` : '/runs') }
  if (refused > 0) toast({ tone: 'fail', title, text: `${refused} of ${runs.length} could not be done.`, action })
  else {
    const queued = first.status === 'queued' || first.status === 'scheduled'
    toast({ tone: 'ok', title, text: `${runs.length === 1 ? '1 run' : `${runs.length} runs`}${queued ? ' queued' : ''}`, action })
  }
}

/** Runs an op that needs no more words, and says so. */
export async function dispatchOp(title: string, request: Dispatch): Promise<readonly DispatchedRun[] | null> {
  const key = `ops.dispatch:${request.op}:${request.targets?.join() ?? ''}`
  const answer = await perform(key, `Could not start: ${title}`, () => getClient().ops.dispatch({ ...request, idempotencyKey: newKey() }))
  if (answer) tellDispatched(title, answer.runs)
  return answer?.runs ?? null
}
