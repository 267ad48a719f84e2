import { AppError } from '../../shared/models/index.ts'

/** Lets one run after the other have a target restart: who comes back would be taken for an answer to all that wait. */
export type OneAtATime = <T>(target: string, runId: string, work: () => Promise<T>) => Promise<T>

/**
 * @param awaiting the run that waits for a target to come back; null when none does
 * @returns what does a run's work, unless another run is at it or waits for the target. @throws AppError CONFLICT then
 */
export function createOneAtATime(awaiting: (target: string) => Promise<string | null>): OneAtATime {
  const held = new Map<string, string>()
  return async (target, runId, work) => {
    const refuseFor = (other: string | null | undefined): void => {
      if (other == null || other === runId) return
      throw new AppError('CONFLICT', `The run ${other} has ${target} restart just now. Try again when that run has ended.`, {
        data: { runId: other },
      })
    }
    refuseFor(held.get(target))
    held.set(target, runId)
    try {
      refuseFor(await awaiting(target))
      return await work()
    } finally {
      held.delete(target)
    }
  }
}
