import { afterEach, expect } from 'vitest'
import type { OperationHistoryStore } from '../../../src/main/operations/history-store.ts'
import type { AttemptEnding, ClaimRequest, Limits, NewRun, RunStore, StoreChange } from '../../../src/main/runs/store-port.ts'
import type { ClaimedRun, ErrorCode, Lease } from '../../../src/shared/models/index.ts'

export type Store = RunStore & OperationHistoryStore

/** A store under test. `connect` gives another client of the same data: another thread's port, or another connection. */
export interface Subject {
  readonly store: Store
  connect(): Promise<Pick<RunStore, 'claim' | 'heartbeat' | 'complete'>>
  close(): Promise<void>
}
export type OpenSubject = () => Promise<Subject>

/** A moment to start from; tests move on from it by hand. */
export const T = 1_800_000_000_000
export const LEASE_MS = 60_000
export const WIDE: Limits = { global: 1_000, project: 1_000, provider: 1_000, projects: {} }

let lastId = 0
/** A run of one step in lane A, unless told otherwise. Ids grow. */
export const aRun = (more: Partial<NewRun> = {}): NewRun => {
  lastId += 1
  return {
    id: `run${String(lastId).padStart(8, '0')}`,
    title: `Run ${lastId}`,
    op: 'shell',
    template: null,
    params: { branch: 'main' },
    steps: [{ op: 'shell', params: { command: 'true' } }],
    projectId: null,
    provider: null,
    model: null,
    lane: 'A',
    priority: 0,
    runAt: T,
    maxAttempts: 1,
    maxLost: 3,
    idempotencyKey: null,
    ...more,
  }
}

export const claimOf = (more: Partial<ClaimRequest> = {}): ClaimRequest => ({
  workerId: 'worker-1',
  instanceId: 'instance-1',
  lanes: ['A', 'B', 'C', 'D'],
  limit: 100,
  leaseMs: LEASE_MS,
  limits: WIDE,
  now: T,
  ...more,
})

export const leaseOf = (run: ClaimedRun): Lease => ({ runId: run.id, attemptId: run.attemptId, leaseToken: run.leaseToken })

export const endingOf = (outcome: AttemptEnding['outcome'], more: Partial<AttemptEnding> = {}): AttemptEnding => ({
  outcome,
  error: outcome === 'error' ? { code: 'BROKEN', message: 'it broke' } : null,
  now: T + 1_000,
  random: 1,
  ...more,
})

/** What every test of the suite has at hand. `started` enqueues a run and claims it. */
export interface Bench {
  readonly subject: Subject
  readonly store: Store
  readonly changes: StoreChange[]
  started(more?: Partial<NewRun>, request?: Partial<ClaimRequest>): Promise<ClaimedRun>
}

/** Opens a fresh store for each test that asks and closes it afterwards. */
export const createBench = (open: OpenSubject): (() => Promise<Bench>) => {
  const opened: Subject[] = []
  afterEach(async () => {
    for (const subject of opened.splice(0)) await subject.close()
  })
  return async () => {
    const subject = await open()
    opened.push(subject)
    const { store } = subject
    for (const lane of ['A', 'B', 'C', 'D'] as const) await store.updateLane(lane, { limit: 1_000 })
    const changes: StoreChange[] = []
    store.subscribe((change) => changes.push(change))
    return {
      subject,
      store,
      changes,
      started: async (more, request) => {
        const { run } = await store.enqueue(aRun(more), T)
        const [claimed] = await store.claim(claimOf({ limit: 1, ...request }))
        expect(claimed?.id).toBe(run.id)
        return claimed!
      },
    }
  }
}

export const expectCode = async (promise: Promise<unknown>, code: ErrorCode): Promise<void> => {
  await expect(promise).rejects.toMatchObject({ name: 'AppError', code })
}

/** Everything stored about a run, to show that a refused call changed nothing. */
export const everythingAbout = async (store: Store, runId: string): Promise<unknown> => ({
  run: await store.get(runId),
  attempts: await store.attempts(runId),
  events: await store.events(runId, 0, 1_000),
  lanes: await store.lanes(),
})
