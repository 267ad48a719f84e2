import { AppError, type Lease, type NewEvent, NewEvent as NewEventSchema } from '../../shared/models/index.ts'
import type { Clock } from '../platform/index.ts'
import { type EventDraft, isLeaseLost, type RunPatch, type RunStore } from '../runs/index.ts'

/** A run's progress, message and cost are stored at most this often, in milliseconds; what a person waits for is stored at once. */
const PATCH_INTERVAL_MS = 200
/** After a store that could not be reached, in milliseconds. The lease decides how long that may go on. */
const RETRY_MS = 1_000

/** Everything an attempt writes about its run, in order and fenced. */
export interface RunWriter {
  emit(event: NewEvent, step: number | null): void
  patch(patch: RunPatch): void
  /** Resolves when everything so far is stored. @throws AppError LEASE_LOST */
  flush(): Promise<void>
  /** Runs a fenced write after everything emitted before it. */
  write<T>(work: (lease: Lease) => Promise<T>): Promise<T>
  /** The lease is lost, whoever found out: nothing more is written, and whatever waits rejects with LEASE_LOST. */
  abandon(): void
}

/**
 * Creates the writer of one attempt.
 *
 * One write is under way at a time; whatever comes meanwhile goes with the next, so a burst of output costs a few transactions and not thousands. A lost lease
 * is told once and ends all writing. A store that cannot be reached is tried again until the lease is lost or given up.
 */
export function createRunWriter(deps: { store: RunStore; clock: Clock; lease: Lease; onLost: () => void }): RunWriter {
  const { store, clock, lease } = deps
  let events: EventDraft[] = []
  let patch: RunPatch = {}
  let patchedAt = Number.NEGATIVE_INFINITY
  let cancelPatch: (() => void) | undefined
  let chain: Promise<void> = Promise.resolve()
  let scheduled = false
  let lost: unknown
  const abandoned = Promise.withResolvers<void>()
  let giveUp = (_error: unknown): void => {}

  const enqueue = <T>(work: () => Promise<T>): Promise<T> => {
    const done = chain.then(async () => {
      if (lost) throw lost
      return persist(work)
    })
    chain = done.then(
      () => {},
      (error: unknown) => {
        if (isLeaseLost(error) && !lost) {
          lost = error
          cancelPatch?.()
          deps.onLost()
        }
      },
    )
    return done
  }

  /** A store that hangs is not waited for once the lease is given up. One write is under way at a time. */
  const orGivenUp = <T>(work: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      giveUp = reject
      work.then(resolve, reject)
    })

  const persist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await orGivenUp(work())
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'STORE_UNAVAILABLE')) throw error
        const { promise: later, resolve } = Promise.withResolvers<void>()
        const cancel = clock.after(RETRY_MS, resolve)
        await Promise.race([later, abandoned.promise])
        cancel()
        if (lost) throw lost
      }
    }
  }

  const writeEvents = (): void => {
    if (scheduled || events.length === 0) return
    scheduled = true
    void enqueue(async () => {
      scheduled = false
      const batch = events
      events = []
      if (batch.length) await store.appendEvents(lease.runId, lease, batch).catch((error: unknown) => keep(batch, error))
    }).catch(() => {})
  }
  const keep = (batch: EventDraft[], error: unknown): never => {
    events = [...batch, ...events]
    throw error
  }

  const writePatch = (): void => {
    cancelPatch?.()
    cancelPatch = undefined
    void enqueue(async () => {
      const next = patch
      patch = {}
      patchedAt = clock.now()
      if (Object.keys(next).length === 0) return
      await store.updateRun(lease, next, clock.now()).catch((error: unknown) => {
        patch = lay(patch, next)
        throw error
      })
    }).catch(() => {})
  }

  return {
    emit(event, step) {
      const { kind, level, message, data } = NewEventSchema.parse(event)
      events.push({ at: clock.now(), kind, level, message, data: data ?? null, step: event.step ?? step })
      writeEvents()
    },
    patch(change) {
      patch = lay(change, patch)
      const wait = patchedAt + PATCH_INTERVAL_MS - clock.now()
      if (change.attention !== undefined || wait <= 0) writePatch()
      else cancelPatch ??= clock.after(wait, writePatch)
    },
    async flush() {
      if (cancelPatch) writePatch()
      writeEvents()
      await enqueue(async () => {})
    },
    async write(work) {
      writeEvents()
      return enqueue(() => work(lease))
    },
    abandon() {
      lost ??= new AppError('LEASE_LOST', 'The lease of this attempt is lost.')
      cancelPatch?.()
      abandoned.resolve()
      giveUp(lost)
    },
  }
}

/** A newer patch over an older one: values are replaced, costs added. */
function lay(newer: RunPatch, older: RunPatch): RunPatch {
  const addCost = (older.addCost ?? 0) + (newer.addCost ?? 0)
  return { ...older, ...newer, ...(addCost === 0 ? {} : { addCost }) }
}
