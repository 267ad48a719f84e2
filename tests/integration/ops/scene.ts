import { onTestFinished } from 'vitest'
import { newId, startWatchdog, systemClock, type Watchdog } from '../../../src/main/platform/index.ts'
import type { OpDefinition } from '../../../src/main/runs/index.ts'
import type { CreateRun } from '../../../src/shared/contract/runs.ts'
import type { Json, KillSignal, Run, RunEvent } from '../../../src/shared/models/index.ts'
import { openEngine } from '../../support/engine.ts'
import { tempFolder } from '../../support/temp.ts'

/** The queue with the ops of a test. */
export interface OpScene {
  readonly folder: string
  /** Queues a run of one step. */
  start(op: string, params: Record<string, Json>, more?: Partial<CreateRun>): Promise<Run>
  /** Queues a run of one step and waits for its end. */
  run(op: string, params: Record<string, Json>, more?: Partial<CreateRun>): Promise<Run>
  until: Awaited<ReturnType<typeof openEngine>>['until']
  get(runId: string): Promise<Run>
  cancel(runId: string): Promise<Run>
  kill(runId: string, signal: KillSignal): Promise<Run>
  events(runId: string): Promise<RunEvent[]>
  /** Resolves once an event of the run has this text. */
  said(runId: string, text: string): Promise<void>
  attemptId(runId: string): Promise<string>
}

/** Opens the queue for the running test. */
export async function openScene(makeOps: (deps: { clock: typeof systemClock; watchdog: Watchdog }) => OpDefinition[]): Promise<OpScene> {
  const folder = tempFolder('ops')
  const watchdog = startWatchdog({ instanceId: newId() })
  const engine = await openEngine(folder, { ops: makeOps({ clock: systemClock, watchdog }) })
  onTestFinished(async () => {
    await engine.close()
    watchdog.close()
  })
  engine.pool.start()
  const start: OpScene['start'] = (op, params, more) => engine.create({ steps: [{ op, params }], ...more })
  return {
    folder,
    start,
    run: async (op, params, more) => engine.until((await start(op, params, more)).id, 'succeeded', 'failed', 'cancelled'),
    until: engine.until,
    get: (runId) => engine.runs.get(runId),
    cancel: (runId) => engine.runs.cancel(runId),
    kill: (runId, signal) => engine.runs.kill(runId, signal),
    events: (runId) => engine.store.events(runId, 0, 1_000),
    async said(runId, text) {
      for await (const message of engine.feed.follow(runId, 0, AbortSignal.timeout(60_000))) {
        if ((message.type === 'snapshot' || message.type === 'events') && message.events.some((event) => event.message.includes(text)))
          return
      }
    },
    attemptId: async (runId) => (await engine.store.attempts(runId)).at(-1)!.id,
  }
}

/** The result of a run's only step. */
export const resultOf = (run: Run): Record<string, Json> => run.steps[0]!.result as Record<string, Json>
